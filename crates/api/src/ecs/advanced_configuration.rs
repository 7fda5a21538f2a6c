//! `advancedConfiguration` of a service's load balancer: the rules whose weights a deployment
//! moves, and the second target group that it needs.
//
// COMPAT: the refusals are those of "Troubleshooting Amazon ECS blue/green deployments" (ECS
// Developer Guide). The role is kept as it was given: what it permits on AWS, Longshore does
// as itself.

use aws_api::ecs::{self, errors};
use model::{AdvancedConfiguration, Arn, Scope, ServiceLoadBalancer, Snapshot};
use planner::{targets, traffic};
use wire::ApiError;

use super::service_load_balancers;

/// What a request gives for the load balancer of a target group.
pub(super) fn parse(
    (snapshot, scope): (&Snapshot, &Scope),
    target_group_arn: &str,
    given: &ecs::AdvancedConfiguration,
) -> Result<AdvancedConfiguration, ApiError> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let needed = |name: &str, text: &Option<String>| {
        filled(text)
            .ok_or_else(|| refusal(format!("advancedConfiguration.{name} can not be blank.")))
    };
    let parsed = AdvancedConfiguration {
        alternate_target_group_arn: needed(
            "alternateTargetGroupArn",
            &given.alternate_target_group_arn,
        )?,
        production_listener_rule: needed(
            "productionListenerRule",
            &given.production_listener_rule,
        )?,
        test_listener_rule: filled(&given.test_listener_rule),
        role_arn: needed("roleArn", &given.role_arn)?,
    };
    let alternate = &parsed.alternate_target_group_arn;
    if !service_load_balancers::exists(snapshot, scope, alternate) {
        return Err(refusal(format!("The target group {alternate} does not exist.")));
    }
    if alternate == target_group_arn {
        return Err(refusal(format!("Duplicate targetGroupArn found: {alternate}")));
    }
    let production = &parsed.production_listener_rule;
    if parsed.test_listener_rule.as_ref() == Some(production) {
        return Err(refusal(format!(
            "The following rules cannot be used as both production and test listener rules: \
             {production}"
        )));
    }
    check_rule((snapshot, scope), ("productionListenerRule", production))?;
    match &parsed.test_listener_rule {
        Some(test) => check_rule((snapshot, scope), ("testListenerRule", test))?,
        None => check_lone_rule((snapshot, scope), &parsed, target_group_arn)?,
    }
    Ok(parsed)
}

/// Refuses load balancers of which only some can move traffic, and groups named twice.
pub(super) fn check_all(load_balancers: &[ServiceLoadBalancer]) -> Result<(), ApiError> {
    let advanced = load_balancers.iter().filter_map(|one| Some((one, one.advanced.as_ref()?)));
    let named: Vec<&String> = advanced
        .flat_map(|(one, advanced)| [&one.target_group_arn, &advanced.alternate_target_group_arn])
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    if named.len() != 2 * load_balancers.len() {
        return Err(refusal(
            "Either all or none of the provided loadBalancers must have advancedConfiguration \
             defined",
        ));
    }
    let twice = named.iter().enumerate().find(|(at, arn)| named[..*at].contains(arn));
    twice.map_or(Ok(()), |(_, arn)| Err(refusal(format!("Duplicate targetGroupArn found: {arn}"))))
}

pub(super) fn render(advanced: &AdvancedConfiguration) -> ecs::AdvancedConfiguration {
    ecs::AdvancedConfiguration {
        alternate_target_group_arn: Some(advanced.alternate_target_group_arn.clone()),
        production_listener_rule: Some(advanced.production_listener_rule.clone()),
        test_listener_rule: advanced.test_listener_rule.clone(),
        role_arn: Some(advanced.role_arn.clone()),
    }
}

fn refusal(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message.into())
}

fn check_rule(
    (snapshot, scope): (&Snapshot, &Scope),
    (name, arn): (&str, &str),
) -> Result<(), ApiError> {
    let parsed = Arn::parse(arn).filter(|arn| arn.service == "elasticloadbalancing");
    if parsed.as_ref().and_then(|arn| arn.resource_id("listener-rule")).is_none() {
        return Err(refusal(format!(
            "{name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. \
             Got: {arn}"
        )));
    }
    match traffic::rule(snapshot, scope, arn) {
        None => Err(refusal(format!("One or more rules not found: {arn}"))),
        Some(rule) if rule.actions().iter().all(is_forward) => Ok(()),
        Some(_) => Err(refusal(format!("{name} {arn} must have a forward action and no other."))),
    }
}

fn is_forward(action: &model::Action) -> bool {
    match action {
        model::Action::Forward { .. } => true,
        model::Action::Redirect { .. } | model::Action::FixedResponse { .. } => false,
    }
}

/// Without a rule for test traffic, both target groups are to be behind the production rule.
fn check_lone_rule(
    (snapshot, scope): (&Snapshot, &Scope),
    advanced: &AdvancedConfiguration,
    target_group_arn: &str,
) -> Result<(), ApiError> {
    let rule = traffic::rule(snapshot, scope, &advanced.production_listener_rule);
    let actions = rule.as_ref().map(traffic::RuleRef::actions).unwrap_or_default();
    let is_behind = |arn: &str| actions.iter().flat_map(targets::forwarded_to).any(|to| to == arn);
    if is_behind(target_group_arn) && is_behind(&advanced.alternate_target_group_arn) {
        return Ok(());
    }
    Err(refusal(
        "For Application LoadBalancer, testListenerRule is required when productionListenerRule \
         is not associated with both targetGroup and alternateTargetGroup",
    ))
}
