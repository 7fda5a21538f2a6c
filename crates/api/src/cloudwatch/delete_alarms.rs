//! `DeleteAlarms`: deletes those of the named alarms that are there.

use aws_api::cloudwatch::{DeleteAlarmsInput, DeleteAlarmsResponse};
use wire::ApiError;

use super::alarm;
use crate::{Api, Caller};

/// COMPAT: "If you specify any incorrect alarm names, the alarms you specify with correct
/// names are still deleted."
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteAlarmsInput,
) -> Result<DeleteAlarmsResponse, ApiError> {
    api.transact(caller, |turn| {
        for known in alarm::named(turn.snapshot, turn.scope(), &input.alarm_names) {
            turn.plan.delete(known);
        }
        Ok(DeleteAlarmsResponse {})
    })
    .await
}
