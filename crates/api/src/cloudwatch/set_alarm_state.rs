//! `SetAlarmState`: puts an alarm into a state, at once and until it is put into another.

use aws_api::cloudwatch::{SetAlarmStateInput, SetAlarmStateResponse, errors};
use model::Alarm;
use wire::ApiError;

use super::alarm;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: SetAlarmStateInput,
) -> Result<SetAlarmStateResponse, ApiError> {
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    if input.state_reason_data.as_deref().is_some_and(|data| !is_json(data)) {
        return Err(errors::invalid_format_fault("StateReasonData is not valid JSON."));
    }
    api.transact(caller, |turn| set(turn, &input)).await?;
    Ok(SetAlarmStateResponse {})
}

fn set(turn: &mut Turn<'_>, input: &SetAlarmStateInput) -> Result<(), ApiError> {
    let name = &input.alarm_name;
    let Some(known) = turn.snapshot.alarms.get(turn.scope(), name) else {
        let message = format!("The alarm '{name}' does not exist.");
        return Err(errors::resource_not_found(message));
    };
    let state = alarm::state_of(input.state_value);
    let reason = input.state_reason.clone();
    let set = (*known.record).clone().in_state((state, reason), turn.now());
    let set = Alarm { state_reason_data: input.state_reason_data.clone(), ..set };
    turn.plan.update(known, set);
    Ok(())
}
