//! `ModifyListenerAttributes`: sets attributes of a listener.

use aws_api::elbv2::{ModifyListenerAttributesInput, ModifyListenerAttributesOutput};
use model::Listener;
use wire::ApiError;

use super::{attribute, listener};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyListenerAttributesInput,
) -> Result<ModifyListenerAttributesOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = listener::find(turn.snapshot, turn.scope(), &input.listener_arn)?;
        let given = input.attributes.iter().map(|each| (each.key.as_ref(), each.value.as_ref()));
        let attributes = attribute::set(attribute::listener::TABLE, &known.attributes, given)?;
        let shown = attribute::listener::render(&attributes);
        turn.plan.update(known, Listener { attributes, ..(*known.record).clone() });
        Ok(ModifyListenerAttributesOutput { attributes: Some(shown) })
    })
    .await
}
