//! Log groups: how callers name them, and how the API shows them.

use aws_api::logs::{self, LogGroupClass};
use model::Scope;
use observe::{GroupKey, LogGroup};
use wire::ApiError;

/// What an ARN of a group may end with, where it means the group's streams.
const STREAMS: &str = ":*";

/// The group that a caller means, who gives its name or its ARN, and not both.
pub(super) fn either(
    scope: &Scope,
    (name, identifier): (Option<&str>, Option<&str>),
) -> Result<GroupKey, ApiError> {
    match (name, identifier) {
        (Some(name), None) => Ok(GroupKey::new(scope.clone(), name)),
        (None, Some(identifier)) => identified(scope, identifier),
        (None, None) => {
            Err(super::invalid("You must include either logGroupIdentifier or logGroupName"))
        }
        (Some(_), Some(_)) => {
            Err(super::invalid("You cannot include both logGroupIdentifier and logGroupName"))
        }
    }
}

/// The group that a name or an ARN means.
pub(super) fn identified(scope: &Scope, identifier: &str) -> Result<GroupKey, ApiError> {
    if identifier.starts_with("arn:") {
        named_by_arn(scope, identifier)
    } else {
        Ok(GroupKey::new(scope.clone(), identifier))
    }
}

/// The group that an ARN means.
pub(super) fn named_by_arn(scope: &Scope, arn: &str) -> Result<GroupKey, ApiError> {
    let prefix = scope.arn("logs", "log-group:");
    let name = arn.strip_prefix(&prefix).map(|rest| rest.strip_suffix(STREAMS).unwrap_or(rest));
    match name {
        Some(name) if !name.is_empty() && !name.contains(':') => {
            Ok(GroupKey::new(scope.clone(), name))
        }
        Some(_) | None => Err(super::invalid(format!(
            "'{arn}' is not the ARN of a log group of this account and Region"
        ))),
    }
}

pub(super) fn render(group: &LogGroup) -> logs::LogGroup {
    let arn = group.key.arn();
    logs::LogGroup {
        log_group_name: Some(group.key.name.clone()),
        creation_time: Some(group.created_at.as_millis()),
        retention_in_days: group.retention_days.map(|days| days as i32),
        metric_filter_count: Some(0),
        arn: Some(format!("{arn}{STREAMS}")),
        stored_bytes: Some(i64::try_from(group.stored_bytes).unwrap_or(i64::MAX)),
        log_group_class: Some(LogGroupClass::Standard),
        log_group_arn: Some(arn),
        deletion_protection_enabled: Some(false),
        ..logs::LogGroup::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_in_any_form() {
        let scope = Scope::new("000000000000", "us-east-1");
        let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/ecs/web";
        let streams = format!("{arn}:*");
        for identifier in ["/ecs/web", arn, &streams] {
            let key = identified(&scope, identifier).expect("a name of the group");
            assert_eq!(key.name, "/ecs/web");
            assert_eq!(key.arn(), arn);
        }
        let elsewhere = Scope::new("000000000000", "eu-west-1");
        assert!(identified(&elsewhere, arn).is_err());
        assert!(identified(&scope, "arn:aws:logs:us-east-1:000000000000:destination:d").is_err());
        assert!(either(&scope, (None, None)).is_err());
        assert!(either(&scope, (Some("a"), Some("a"))).is_err());
    }
}
