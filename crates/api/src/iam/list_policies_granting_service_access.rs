//! `ListPoliciesGrantingServiceAccess`: by service, the policies with which somebody may use it.

use ::iam::{Actions, Effect, Policy};
use aws_api::iam::{
    ListPoliciesGrantingServiceAccessEntry, ListPoliciesGrantingServiceAccessRequest,
    ListPoliciesGrantingServiceAccessResponse, PolicyGrantingServiceAccess, PolicyOwnerEntityType,
    PolicySourceType, PolicyType,
};
use model::iam_scope;
use wire::ApiError;

use super::listing::{self, Listed};
use super::source::{self, Source};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListPoliciesGrantingServiceAccessRequest,
) -> Result<ListPoliciesGrantingServiceAccessResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let sources = source::entity_of(&snapshot, &scope, &input.arn)?.sources(&snapshot);
    let asked = (input.marker.as_deref(), None);
    let Listed { items, is_truncated, marker } =
        listing::page_by_place(input.service_namespaces.clone(), asked)?;
    let entries = items.into_iter().map(|service| {
        let granting = sources.iter().filter(|one| is_granting(&one.policy, &service));
        ListPoliciesGrantingServiceAccessEntry {
            policies: Some(granting.map(render).collect()),
            service_namespace: Some(service),
        }
    });
    Ok(ListPoliciesGrantingServiceAccessResponse {
        policies_granting_service_access: Some(entries.collect()),
        is_truncated,
        marker,
    })
}

/// Whether a statement allows any action of a service.
fn is_granting(policy: &Policy, service: &str) -> bool {
    let mut allowing = policy.statements.iter().filter(|one| one.effect == Effect::Allow);
    allowing.any(|one| match &one.actions {
        Actions::Are(names) => names.iter().any(|name| is_about(name, service)),
        Actions::AreNot(names) => !names.iter().any(|name| is_all_of(name, service)),
    })
}

/// Whether an action's pattern may be about the service: of a pattern in the service's own name,
/// what is in front of its first wildcard decides.
fn is_about(action: &str, service: &str) -> bool {
    let vendor = action.split(':').next().unwrap_or_default();
    match vendor.find(['*', '?']) {
        None => vendor.eq_ignore_ascii_case(service),
        Some(at) => {
            service.get(..at).is_some_and(|start| start.eq_ignore_ascii_case(&vendor[..at]))
        }
    }
}

fn is_all_of(action: &str, service: &str) -> bool {
    let of_service = action.split_once(':').is_some_and(|(vendor, rest)| {
        rest == "*" && (vendor == "*" || vendor.eq_ignore_ascii_case(service))
    });
    action == "*" || of_service
}

fn render(source: &Source) -> PolicyGrantingServiceAccess {
    let entity_type = match source.kind {
        PolicySourceType::User => Some(PolicyOwnerEntityType::User),
        PolicySourceType::Group => Some(PolicyOwnerEntityType::Group),
        PolicySourceType::Role => Some(PolicyOwnerEntityType::Role),
        PolicySourceType::AwsManaged
        | PolicySourceType::UserManaged
        | PolicySourceType::Resource
        | PolicySourceType::None => None,
    };
    let kind = if source.arn.is_some() { PolicyType::Managed } else { PolicyType::Inline };
    PolicyGrantingServiceAccess {
        policy_name: Some(source.name.clone()),
        policy_type: Some(kind),
        policy_arn: source.arn.clone(),
        entity_type,
        entity_name: source.holder.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_in_an_action_or_in_none_of_those_excepted() {
        for (action, expected) in [
            ("*", true),
            ("S3:Get*", true),
            ("s*:Get", true),
            ("s3-outposts:*", false),
            ("ecs:*", false),
        ] {
            assert_eq!(is_about(action, "s3"), expected, "{action}");
        }
        assert!(is_all_of("s3:*", "s3") && is_all_of("*", "s3") && !is_all_of("s3:Get*", "s3"));
    }
}
