//! Account settings: what is so in Longshore, and cannot be set otherwise.
//!
//! Each setting has one value that is true here. Setting it to that is accepted and listed;
//! any other value is refused, with the reason.

use aws_api::ecs::{self, SettingName, errors};
use model::AccountSetting;
use wire::ApiError;

use super::unsupported;
use crate::Caller;

/// One setting as it is here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    pub(super) name: SettingName,
    pub(super) value: &'static str,
    /// Why it cannot be anything else.
    reason: &'static str,
}

/// In the order in which they are listed.
pub(super) fn facts() -> Vec<Fact> {
    let mut facts: Vec<Fact> = SettingName::ALL.iter().map(|name| fact(*name)).collect();
    facts.sort_by_key(|fact| fact.name.as_str());
    facts
}

pub(super) fn fact(name: SettingName) -> Fact {
    let (value, reason) = match name {
        SettingName::ServiceLongArnFormat
        | SettingName::TaskLongArnFormat
        | SettingName::ContainerInstanceLongArnFormat => {
            ("enabled", "every resource has the long ARN format")
        }
        SettingName::AwsvpcTrunking => ("disabled", "there are no container instances"),
        SettingName::ContainerInsights => ("disabled", "Container Insights are not collected"),
        SettingName::FargateFipsMode => ("disabled", "no FIPS 140 module is used"),
        SettingName::TagResourceAuthorization => ("on", "tags are authorized as they are created"),
        SettingName::FargateTaskRetirementWaitPeriod => ("7", "no task is ever retired"),
        SettingName::GuardDutyActivate => ("off", "GuardDuty does not watch tasks here"),
        SettingName::DefaultLogDriverMode => {
            ("non-blocking", "`mode` is set in a container's log configuration")
        }
        SettingName::FargateEventWindows => ("disabled", "no task is ever retired"),
    };
    Fact { name, value, reason }
}

/// The record of a setting that is set to what is so.
pub(super) fn accept(
    caller: &Caller,
    (name, value): (SettingName, &str),
    principal_arn: String,
) -> Result<AccountSetting, ApiError> {
    let fact = fact(name);
    if value != fact.value {
        return Err(unsupported(format!(
            "account setting `{name}` is always `{}` in Longshore: {}",
            fact.value, fact.reason
        )));
    }
    let root = root(caller);
    Ok(AccountSetting {
        scope: caller.scope.clone(),
        name: name.as_str().to_owned(),
        value: value.to_owned(),
        is_default: principal_arn == root,
        principal_arn,
    })
}

/// The principal that a request is about: one of this account, or the caller.
pub(super) fn principal(caller: &Caller, given: Option<&str>) -> Result<String, ApiError> {
    let Some(given) = given else { return Ok(caller.principal_arn()) };
    let prefix = format!("arn:aws:iam::{}:", caller.scope.account);
    let is_principal = given.strip_prefix(&prefix).is_some_and(|rest| {
        rest == "root" || rest.starts_with("user/") || rest.starts_with("role/")
    });
    if !is_principal {
        return Err(errors::invalid_parameter_exception(format!(
            "Invalid principal ARN '{given}'. Specify a user, a role or the root user of this \
             account."
        )));
    }
    if given != caller.principal_arn() && caller.principal_arn() != root(caller) {
        return Err(errors::access_denied_exception(
            "You must be the root user, or the principal, to specify principalArn.",
        ));
    }
    Ok(given.to_owned())
}

/// The account's root, whose settings are the account's.
pub(super) fn root(caller: &Caller) -> String {
    format!("arn:aws:iam::{}:root", caller.scope.account)
}

pub(super) fn render(fact: Fact, principal_arn: &str) -> ecs::Setting {
    ecs::Setting {
        name: Some(fact.name),
        value: Some(fact.value.to_owned()),
        principal_arn: Some(principal_arn.to_owned()),
        r#type: Some(match fact.name {
            SettingName::GuardDutyActivate => ecs::SettingType::AwsManaged,
            _ => ecs::SettingType::User,
        }),
    }
}

/// Makes or replaces the record of a setting.
pub(super) fn put(turn: &mut crate::Turn<'_>, setting: AccountSetting) {
    let id = format!("{}/{}", setting.principal_arn, setting.name);
    match turn.snapshot.account_settings.get(turn.scope(), &id) {
        Some(known) if *known.record == setting => {}
        Some(known) => turn.plan.update(known, setting),
        None => turn.plan.insert(setting),
    }
}
