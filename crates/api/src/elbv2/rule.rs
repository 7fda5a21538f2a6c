//! Rules as the API shows them, the default rule among them, and how callers name them.

use aws_api::elbv2::{self, errors};
use model::{Arn, Entry, Listener, LoadBalancer, Rule, Scope, Snapshot};
use wire::ApiError;

use super::{action, condition};

/// What the priority of a default rule is called.
const DEFAULT_PRIORITY: &str = "default";

/// A rule that an ARN names.
#[derive(Debug)]
pub(super) enum Named<'a> {
    Rule(&'a Entry<Rule>),
    /// The default rule of this listener.
    Default(&'a Entry<Listener>),
}

/// The rule that an ARN names.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Named<'a>, ApiError> {
    get(snapshot, scope, arn)?
        .ok_or_else(|| errors::rule_not_found_exception("One or more rules not found"))
}

/// The rule that an ARN names, which is not to be a default rule.
pub(super) fn find_changeable<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (arn, verb): (&str, &str),
) -> Result<&'a Entry<Rule>, ApiError> {
    match find(snapshot, scope, arn)? {
        Named::Rule(rule) => Ok(rule),
        Named::Default(_) => Err(errors::operation_not_permitted_exception(format!(
            "Default rule '{arn}' cannot be {verb}"
        ))),
    }
}

fn get<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Option<Named<'a>>, ApiError> {
    let parsed = Arn::parse(arn);
    let rest = parsed.as_ref().and_then(|parsed| parsed.resource_id("listener-rule"));
    let rest =
        rest.ok_or_else(|| super::invalid(format!("'{arn}' is not a valid listener rule ARN")))?;
    if let Some(rule) = snapshot.rules.get(scope, arn) {
        return Ok(Some(Named::Rule(rule)));
    }
    let listener = rest.rsplit_once('/').and_then(|(listener, _)| {
        let arn = scope.arn("elasticloadbalancing", format_args!("listener/{listener}"));
        snapshot.listeners.get(scope, &arn)
    });
    Ok(listener.filter(|listener| listener.default_rule_arn() == arn).map(Named::Default))
}

/// The rules of a listener other than its default, in the order of their ARNs.
pub(super) fn of_listener<'a>(
    snapshot: &'a Snapshot,
    listener: &'a Listener,
) -> impl Iterator<Item = &'a Entry<Rule>> {
    under(
        snapshot,
        &listener.scope,
        format_args!(
            "{}/{}/{}/",
            listener.load_balancer_name, listener.load_balancer_id, listener.id
        ),
    )
}

/// The rules of all listeners of a load balancer, their defaults not counted.
pub(super) fn of_load_balancer<'a>(
    snapshot: &'a Snapshot,
    balancer: &'a LoadBalancer,
) -> impl Iterator<Item = &'a Entry<Rule>> {
    under(snapshot, &balancer.scope, format_args!("{}/{}/", balancer.name, balancer.id))
}

fn under<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    path: std::fmt::Arguments<'_>,
) -> impl Iterator<Item = &'a Entry<Rule>> + use<'a> {
    let prefix = scope.arn("elasticloadbalancing", format_args!("listener-rule/app/{path}"));
    snapshot.rules.list_under(scope, &prefix)
}

/// Where a rule comes in a list: by listener, by priority, the default last.
pub(super) fn key(rule: &Named<'_>) -> String {
    match rule {
        Named::Rule(rule) => format!("{}/{:05}", rule.listener_arn(), rule.priority),
        Named::Default(listener) => format!("{}/{DEFAULT_PRIORITY}", listener.arn()),
    }
}

pub(super) fn render_named(rule: &Named<'_>) -> elbv2::Rule {
    match rule {
        Named::Rule(rule) => render(rule),
        Named::Default(listener) => elbv2::Rule {
            rule_arn: Some(listener.default_rule_arn()),
            priority: Some(DEFAULT_PRIORITY.to_owned()),
            conditions: Some(Vec::new()),
            actions: Some(action::render(&listener.default_actions)),
            is_default: Some(true),
            transforms: Some(Vec::new()),
        },
    }
}

pub(super) fn render(rule: &Rule) -> elbv2::Rule {
    elbv2::Rule {
        rule_arn: Some(rule.arn()),
        priority: Some(rule.priority.to_string()),
        conditions: Some(rule.conditions.iter().map(condition::render).collect()),
        actions: Some(action::render(&rule.actions)),
        is_default: Some(false),
        transforms: Some(Vec::new()),
    }
}

/// Refuses transforms, which are not honoured.
pub(super) fn check_transforms(given: Option<&[elbv2::RuleTransform]>) -> Result<(), ApiError> {
    let is_given = given.is_some_and(|given| !given.is_empty());
    crate::refuse::refuse_given(&[("Transforms", is_given)], super::unsupported)
}

pub(super) fn priority_in_use(priority: u32) -> ApiError {
    errors::priority_in_use_exception(format!("Priority '{priority}' is currently in use"))
}
