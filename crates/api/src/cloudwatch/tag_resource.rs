//! `TagResource`: adds tags to an alarm, or replaces their values.

use aws_api::cloudwatch::{TagResourceInput, TagResourceOutput};
use model::Alarm;
use wire::ApiError;

use super::{alarm, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagResourceInput,
) -> Result<TagResourceOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = alarm::by_arn(turn.snapshot, turn.scope(), &input.resource_arn)?;
        let tags = tags::add(&known.tags, &input.tags)?;
        turn.plan.update(known, Alarm { tags, ..(*known.record).clone() });
        Ok(TagResourceOutput {})
    })
    .await
}
