//! `loadBalancerInfo`: the two target groups that a service's tasks go to in turn, and the
//! listeners that forward to them.
//!
//! Longshore moves a listener's default rule, and no other.
//
// COMPAT: that each route has one listener is said at "TrafficRoute" (CodeDeploy API Reference).

use aws_api::codedeploy::{self, errors};
use model::{Action, Entry, Listener, Scope, Snapshot, TargetGroup, TargetGroupPair};
use planner::targets;
use wire::ApiError;

use super::unsupported;
use crate::refuse::refuse_given;

pub(super) fn parse(
    (snapshot, scope): (&Snapshot, &Scope),
    given: &codedeploy::LoadBalancerInfo,
) -> Result<TargetGroupPair, ApiError> {
    let is_filled = |length: Option<usize>| length.unwrap_or(0) > 0;
    refuse_given(
        &[
            ("loadBalancerInfo.elbInfoList", is_filled(given.elb_info_list.as_ref().map(Vec::len))),
            (
                "loadBalancerInfo.targetGroupInfoList",
                is_filled(given.target_group_info_list.as_ref().map(Vec::len)),
            ),
        ],
        unsupported,
    )?;
    let Some([pair]) = given.target_group_pair_info_list.as_deref() else {
        return Err(invalid_pair("Exactly one target group pair must be specified for ECS."));
    };
    let names: Vec<String> =
        pair.target_groups.iter().flatten().filter_map(|group| group.name.clone()).collect();
    let Ok(names) = <[String; 2]>::try_from(names) else {
        return Err(invalid_pair("A target group pair must have two target groups."));
    };
    if names[0] == names[1] {
        return Err(invalid_pair("The two target groups of a pair must differ."));
    }
    let production = route(("prodTrafficRoute", pair.prod_traffic_route.as_ref()))?;
    let parsed = TargetGroupPair {
        production_listener_arn: production
            .ok_or_else(|| invalid_pair("prodTrafficRoute must name a listener."))?,
        test_listener_arn: route(("testTrafficRoute", pair.test_traffic_route.as_ref()))?,
        names,
    };
    if parsed.test_listener_arn.as_ref() == Some(&parsed.production_listener_arn) {
        return Err(invalid_pair("The production and the test listener must differ."));
    }
    Listeners::of((snapshot, scope), &parsed)?;
    Ok(parsed)
}

pub(super) fn render(pair: &TargetGroupPair) -> codedeploy::LoadBalancerInfo {
    let route = |arn: &String| codedeploy::TrafficRoute { listener_arns: Some(vec![arn.clone()]) };
    let group = |name: &String| codedeploy::TargetGroupInfo { name: Some(name.clone()) };
    codedeploy::LoadBalancerInfo {
        target_group_pair_info_list: Some(vec![codedeploy::TargetGroupPairInfo {
            target_groups: Some(pair.names.iter().map(group).collect()),
            prod_traffic_route: Some(route(&pair.production_listener_arn)),
            test_traffic_route: pair.test_listener_arn.as_ref().map(route),
        }]),
        ..codedeploy::LoadBalancerInfo::default()
    }
}

/// What a pair names, as it is now.
#[derive(Debug)]
pub(super) struct Listeners<'a> {
    pub(super) groups: [&'a Entry<TargetGroup>; 2],
    pub(super) production: &'a Entry<Listener>,
    pub(super) test: Option<&'a Entry<Listener>>,
}

impl<'a> Listeners<'a> {
    /// Refuses a pair that traffic cannot be moved between.
    pub(super) fn of(
        (snapshot, scope): (&'a Snapshot, &Scope),
        pair: &TargetGroupPair,
    ) -> Result<Listeners<'a>, ApiError> {
        let group = |name: &String| {
            snapshot
                .target_groups
                .get(scope, name)
                .ok_or_else(|| invalid_pair(&format!("The target group {name} does not exist.")))
        };
        let groups = [group(&pair.names[0])?, group(&pair.names[1])?];
        let listener = |arn: &String| {
            let known = snapshot.listeners.get(scope, arn).ok_or_else(|| {
                errors::invalid_load_balancer_info_exception(format!(
                    "The listener {arn} does not exist."
                ))
            })?;
            check_rules(snapshot, known, groups)?;
            Ok(known)
        };
        let production = listener(&pair.production_listener_arn)?;
        let test = pair.test_listener_arn.as_ref().map(listener).transpose()?;
        Ok(Listeners { groups, production, test })
    }

    /// Refuses a service whose tasks no production traffic goes to.
    pub(super) fn check_primary(&self, target_group_arns: &[String]) -> Result<(), ApiError> {
        let mut behind = self.production.default_actions.iter().flat_map(targets::forwarded_to);
        let is_of_pair = |arn: &String| self.groups.iter().any(|group| group.arn() == *arn);
        if behind.any(|arn| is_of_pair(arn) && target_group_arns.contains(arn)) {
            return Ok(());
        }
        // COMPAT: CodeDeploy's own words, which it says in the deployment that then fails.
        Err(errors::invalid_load_balancer_info_exception(format!(
            "The ELB could not be updated due to the following error: Primary taskset target \
             group must be behind listener {}",
            self.production.arn()
        )))
    }
}

/// A listener's default rule forwards and nothing else; no other rule of it has a share in
/// the pair, which would be left behind.
fn check_rules(
    snapshot: &Snapshot,
    listener: &Listener,
    groups: [&Entry<TargetGroup>; 2],
) -> Result<(), ApiError> {
    let arn = listener.arn();
    let is_forward = |action: &Action| matches!(action, Action::Forward { .. });
    if !listener.default_actions.iter().all(is_forward) {
        return Err(errors::invalid_load_balancer_info_exception(format!(
            "The default rule of the listener {arn} must have a forward action and no other."
        )));
    }
    let is_of_pair = |to: &String| groups.iter().any(|group| group.arn() == *to);
    let mut rules = snapshot.rules.list(&listener.scope).filter(|rule| rule.listener_arn() == arn);
    let other =
        rules.find(|rule| rule.actions.iter().flat_map(targets::forwarded_to).any(is_of_pair));
    match other {
        Some(rule) => Err(unsupported(format!(
            "a listener whose rules other than the default forward to a target group of the pair \
             ({}) is not supported by Longshore yet",
            rule.arn()
        ))),
        None => Ok(()),
    }
}

fn route(
    (name, given): (&str, Option<&codedeploy::TrafficRoute>),
) -> Result<Option<String>, ApiError> {
    match given.and_then(|given| given.listener_arns.as_deref()) {
        None | Some([]) => Ok(None),
        Some([arn]) => Ok(Some(arn.clone())),
        Some(_) => Err(invalid_pair(&format!("{name} must have one listener."))),
    }
}

fn invalid_pair(message: &str) -> ApiError {
    errors::invalid_target_group_pair_exception(message)
}
