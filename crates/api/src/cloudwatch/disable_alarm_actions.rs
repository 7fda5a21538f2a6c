//! `DisableAlarmActions`: disables the actions of the named alarms, which have none.

use aws_api::cloudwatch::{DisableAlarmActionsInput, DisableAlarmActionsResponse};
use model::Alarm;
use wire::ApiError;

use super::alarm;
use crate::{Api, Caller};

/// COMPAT: its model has no error for a name that is no alarm's.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DisableAlarmActionsInput,
) -> Result<DisableAlarmActionsResponse, ApiError> {
    api.transact(caller, |turn| {
        for known in alarm::named(turn.snapshot, turn.scope(), &input.alarm_names) {
            let next = Alarm { has_actions_enabled: false, ..(*known.record).clone() };
            turn.plan.update(known, next);
        }
        Ok(DisableAlarmActionsResponse {})
    })
    .await
}
