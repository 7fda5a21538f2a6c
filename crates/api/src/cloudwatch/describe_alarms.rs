//! `DescribeAlarms`: by name or the beginning of one, by state, page by page.

use aws_api::cloudwatch::{AlarmType, DescribeAlarmsInput, DescribeAlarmsOutput, errors};
use model::{Alarm, Entry};
use wire::ApiError;

use super::alarm;
use crate::paging::page;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

/// COMPAT: what AWS answers at most where `MaxRecords` is not given, as observed.
const PAGE_DEFAULT: usize = 50;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeAlarmsInput,
) -> Result<DescribeAlarmsOutput, ApiError> {
    refuse_given(
        &[
            ("ChildrenOfAlarmName", input.children_of_alarm_name.is_some()),
            ("ParentsOfAlarmName", input.parents_of_alarm_name.is_some()),
        ],
        super::unsupported,
    )?;
    if input.alarm_names.is_some() && input.alarm_name_prefix.is_some() {
        return Err(errors::invalid_parameter_combination_exception(
            "AlarmNames and AlarmNamePrefix are mutually exclusive.",
        ));
    }
    let snapshot = api.snapshot();
    let prefix = input.alarm_name_prefix.as_deref().unwrap_or_default();
    let wanted = snapshot
        .alarms
        .list_under(&caller.scope, prefix)
        .filter(|alarm| is_of_types(input) && is_wanted(alarm, input));
    let limit = input.max_records.and_then(|given| usize::try_from(given).ok());
    let asked = (input.next_token.as_deref(), limit.unwrap_or(PAGE_DEFAULT));
    let page = page(wanted, |alarm: &&Entry<Alarm>| alarm.name.clone(), asked)
        .map_err(|_| errors::invalid_next_token("The next token is not one of this list."))?;
    Ok(DescribeAlarmsOutput {
        composite_alarms: Some(Vec::new()),
        metric_alarms: Some(page.items.into_iter().map(|it| alarm::render(it)).collect()),
        log_alarms: None,
        next_token: page.next_token,
    })
}

/// Every alarm is a metric's; where no type is given, these are what is asked for.
fn is_of_types(input: &DescribeAlarmsInput) -> bool {
    let types = input.alarm_types.as_deref().unwrap_or_default();
    types.is_empty() || types.contains(&AlarmType::MetricAlarm)
}

fn is_wanted(alarm: &Alarm, input: &DescribeAlarmsInput) -> bool {
    let names = input.alarm_names.as_deref().unwrap_or_default();
    let is_named = names.is_empty() || names.contains(&alarm.name);
    let state = input.state_value.map(alarm::state_of);
    // None has an action, so none has one that begins so.
    is_named && state.is_none_or(|state| state == alarm.state) && input.action_prefix.is_none()
}
