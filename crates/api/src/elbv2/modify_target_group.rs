//! `ModifyTargetGroup`: changes how the targets of a group are checked.

use aws_api::elbv2::{ModifyTargetGroupInput, ModifyTargetGroupOutput};
use model::TargetGroup;
use wire::ApiError;

use super::{health_check, target_group};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyTargetGroupInput,
) -> Result<ModifyTargetGroupOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = target_group::find(turn.snapshot, turn.scope(), &input.target_group_arn)?;
        let health_check = health_check::Wanted::from(&input).apply(&known.health_check)?;
        let changed = TargetGroup { health_check, ..(*known.record).clone() };
        turn.plan.update(known, changed.clone());
        let usage = target_group::usage(turn.snapshot, turn.scope());
        let shown = target_group::render(&changed, &usage);
        Ok(ModifyTargetGroupOutput { target_groups: Some(vec![shown]) })
    })
    .await
}
