//! `ModifyTargetGroupAttributes`: sets attributes of a target group.

use aws_api::elbv2::{ModifyTargetGroupAttributesInput, ModifyTargetGroupAttributesOutput};
use model::TargetGroup;
use wire::ApiError;

use super::{attribute, target_group};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyTargetGroupAttributesInput,
) -> Result<ModifyTargetGroupAttributesOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = target_group::find(turn.snapshot, turn.scope(), &input.target_group_arn)?;
        let given = input.attributes.iter().map(|each| (each.key.as_ref(), each.value.as_ref()));
        let attributes = attribute::set(attribute::target_group::TABLE, &known.attributes, given)?;
        attribute::target_group::check(&attributes)?;
        let shown = attribute::target_group::render(&attributes);
        turn.plan.update(known, TargetGroup { attributes, ..(*known.record).clone() });
        Ok(ModifyTargetGroupAttributesOutput { attributes: Some(shown) })
    })
    .await
}
