//! `UntagResource`: takes tags off an alarm; one that is not there is no error.

use aws_api::cloudwatch::{UntagResourceInput, UntagResourceOutput};
use model::Alarm;
use wire::ApiError;

use super::alarm;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagResourceInput,
) -> Result<UntagResourceOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = alarm::by_arn(turn.snapshot, turn.scope(), &input.resource_arn)?;
        let mut tags = known.tags.clone();
        tags.retain(|key, _| !input.tag_keys.contains(key));
        turn.plan.update(known, Alarm { tags, ..(*known.record).clone() });
        Ok(UntagResourceOutput {})
    })
    .await
}
