//! Moves traffic between the revisions of a service: the weights of listeners' rules.
//!
//! INVARIANT: a rule is changed only in the weights of its forward action; who else it
//! forwards to is no longer among its targets, as with ECS.
//
// COMPAT: the rules and the weights are those of "Amazon ECS blue/green deployments"
// (ECS Developer Guide): a rule forwards to the two target groups of a load balancer.

use std::collections::BTreeMap;

use model::{
    Action, Entry, Listener, Plan, Rule, Scope, ServiceRevision, Snapshot, WeightedTargetGroup,
};

use crate::targets;

/// LIMIT: ALB's own, for one target group of a rule.
const WEIGHT_MAX: u32 = 999;

/// A rule that an ARN names: a record of its own, or a listener's default.
#[derive(Clone, Copy, Debug)]
pub enum RuleRef<'a> {
    Rule(&'a Entry<Rule>),
    Default(&'a Entry<Listener>),
}

impl RuleRef<'_> {
    pub fn actions(&self) -> &[Action] {
        match self {
            RuleRef::Rule(rule) => &rule.actions,
            RuleRef::Default(listener) => &listener.default_actions,
        }
    }

    fn set_actions(&self, actions: Vec<Action>, plan: &mut Plan) {
        match self {
            RuleRef::Rule(rule) => {
                plan.update(rule, Rule { actions, ..(*rule.record).clone() });
            }
            RuleRef::Default(listener) => {
                let default_actions = actions;
                plan.update(listener, Listener { default_actions, ..(*listener.record).clone() });
            }
        }
    }
}

/// The rule of that ARN, which may be a listener's default rule.
pub fn rule<'a>(snapshot: &'a Snapshot, scope: &Scope, arn: &str) -> Option<RuleRef<'a>> {
    if let Some(rule) = snapshot.rules.get(scope, arn) {
        return Some(RuleRef::Rule(rule));
    }
    let (listener, _) = arn.rsplit_once('/')?;
    let listener = listener.replacen(":listener-rule/", ":listener/", 1);
    let listener = snapshot.listeners.get(scope, &listener)?;
    (listener.default_rule_arn() == arn).then_some(RuleRef::Default(listener))
}

/// What of production and of test traffic the target revision is to get, in permille.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    pub production: u32,
    pub test: u32,
}

/// Puts the shares into the rules of the target's load balancers. Whether any rule changes.
///
/// `source` is the revision that gets the rest; without one, the rest goes nowhere.
pub fn shift(
    snapshot: &Snapshot,
    (source, target): (Option<&ServiceRevision>, &ServiceRevision),
    shares: Shares,
    plan: &mut Plan,
) -> bool {
    let scope = &target.service.scope;
    let mut is_changed = false;
    for (arn, pair) in pairs(target, shares) {
        let Some(rule) = rule(snapshot, scope, &arn) else { continue };
        let wanted = pair.weights(source, rule.actions());
        let Some(actions) = with_weights(rule.actions(), &wanted) else { continue };
        is_changed = true;
        rule.set_actions(actions, plan);
    }
    is_changed
}

/// Names the revision's own target groups in its rules, where they are not named, so that their
/// targets are checked; they get no traffic by it. Whether any rule changes.
pub fn admit(snapshot: &Snapshot, revision: &ServiceRevision, plan: &mut Plan) -> bool {
    let mut is_changed = false;
    for (arn, own) in rules(revision) {
        let Some(rule) = rule(snapshot, &revision.service.scope, arn) else { continue };
        let mut actions = rule.actions().to_vec();
        for action in &mut actions {
            if let Action::Forward { target_groups, is_short_form, .. } = action
                && !target_groups.iter().any(|group| group.target_group_arn == own)
            {
                let target_group_arn = own.to_owned();
                target_groups.push(WeightedTargetGroup { target_group_arn, weight: 0 });
                *is_short_form = false;
            }
        }
        if actions != rule.actions() {
            is_changed = true;
            rule.set_actions(actions, plan);
        }
    }
    is_changed
}

/// Each rule of the revision's load balancers, with the revision's own target group there.
fn rules(revision: &ServiceRevision) -> BTreeMap<&str, &str> {
    let each = revision.registrations().flat_map(|(load_balancer, own)| {
        let advanced = load_balancer.advanced.iter();
        let rules = advanced.flat_map(|advanced| {
            [Some(&advanced.production_listener_rule), advanced.test_listener_rule.as_ref()]
        });
        rules.flatten().map(move |rule| (rule.as_str(), own))
    });
    each.collect()
}

/// Whether a rule of the revision's load balancers sends requests to another target group than
/// the revision's own, or to none.
pub fn is_elsewhere(snapshot: &Snapshot, revision: &ServiceRevision) -> bool {
    rules(revision).into_iter().any(|(arn, own)| {
        let rule = rule(snapshot, &revision.service.scope, arn);
        rule.is_some_and(|rule| rule.actions().iter().any(|action| is_not_to(action, own)))
    })
}

/// Whether an action forwards, and not all of it to this group.
fn is_not_to(action: &Action, own: &str) -> bool {
    match action {
        Action::Forward { target_groups, .. } => {
            let (own, other): (Vec<_>, Vec<_>) = target_groups
                .iter()
                .filter(|group| group.weight > 0)
                .partition(|group| group.target_group_arn == own);
            own.is_empty() || !other.is_empty()
        }
        Action::Redirect { .. } | Action::FixedResponse { .. } => false,
    }
}

/// What traffic depends on and is no more, in ECS's words.
pub fn missing(snapshot: &Snapshot, revision: &ServiceRevision) -> Option<String> {
    let scope = &revision.service.scope;
    let advanced = revision.load_balancers.iter().filter_map(|one| one.advanced.as_ref());
    let mut rules = advanced.flat_map(|advanced| {
        [Some(&advanced.production_listener_rule), advanced.test_listener_rule.as_ref()]
    });
    if rules.any(|arn| arn.is_some_and(|arn| rule(snapshot, scope, arn).is_none())) {
        return Some("One or more rules not found".to_owned());
    }
    let name = |arn: &str| arn.split('/').nth(1).unwrap_or_default().to_owned();
    revision
        .registrations()
        .find(|(_, arn)| snapshot.target_groups.get(scope, &name(arn)).is_none())
        .map(|(_, arn)| format!("The target group {arn} does not exist."))
}

/// The weights of a source and a target that has this share.
pub fn weights(permille: u32) -> (u32, u32) {
    let permille = permille.min(1_000);
    if permille.is_multiple_of(10) {
        (100 - permille / 10, permille / 10)
    } else {
        ((1_000 - permille).min(WEIGHT_MAX), permille)
    }
}

/// The two target groups of a load balancer, and what of a rule's traffic one of them gets.
#[derive(Debug)]
struct Pair<'a> {
    groups: [&'a String; 2],
    /// The one that the target's tasks are in.
    of_target: &'a str,
    permille: u32,
}

impl Pair<'_> {
    /// The target groups of a rule with their weights: the pair, and where the source was
    /// given another before, that one too.
    fn weights(&self, source: Option<&ServiceRevision>, actions: &[Action]) -> Vec<(String, u32)> {
        let (of_source, of_target) = weights(self.permille);
        let is_behind = |arn: &String| {
            let mut behind = actions.iter().flat_map(targets::forwarded_to);
            self.groups.contains(&arn) || behind.any(|known| known == arn)
        };
        let sources: Vec<&String> = source
            .iter()
            .flat_map(|source| &source.target_group_arns)
            .filter(|arn| arn.as_str() != self.of_target && is_behind(arn))
            .collect();
        let weight = |arn: &String| {
            if arn == self.of_target {
                of_target
            } else if sources.contains(&arn) {
                of_source
            } else {
                0
            }
        };
        let others = sources.iter().copied().filter(|arn| !self.groups.contains(arn));
        self.groups.into_iter().chain(others).map(|arn| (arn.clone(), weight(arn))).collect()
    }
}

/// By rule, what is to be behind it.
fn pairs(target: &ServiceRevision, shares: Shares) -> BTreeMap<String, Pair<'_>> {
    let mut pairs = BTreeMap::new();
    for (load_balancer, of_target) in target.registrations() {
        let Some(advanced) = &load_balancer.advanced else { continue };
        let groups = [&load_balancer.target_group_arn, &advanced.alternate_target_group_arn];
        let pair = |permille| Pair { groups, of_target, permille };
        pairs.insert(advanced.production_listener_rule.clone(), pair(shares.production));
        if let Some(rule) = &advanced.test_listener_rule {
            pairs.insert(rule.clone(), pair(shares.test));
        }
    }
    pairs
}

/// The actions with these weights; `None` where they have them already.
fn with_weights(actions: &[Action], wanted: &[(String, u32)]) -> Option<Vec<Action>> {
    let mut changed = actions.to_vec();
    for action in &mut changed {
        if let Action::Forward { target_groups, is_short_form, .. } = action {
            *target_groups = wanted
                .iter()
                .map(|(arn, weight)| WeightedTargetGroup {
                    target_group_arn: arn.clone(),
                    weight: *weight,
                })
                .collect();
            *is_short_form = false;
        }
    }
    (changed != actions).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_in_a_group_of_its_own_keeps_what_the_target_does_not_get() {
        let arn = |name: &str| name.to_owned();
        let (a, b) = (arn("a"), arn("b"));
        let pair = Pair { groups: [&a, &b], of_target: "b", permille: 100 };
        let source =
            |group: &str| ServiceRevision { target_group_arns: vec![arn(group)], ..revision() };
        let forward = |group: &str| {
            let target_groups =
                vec![WeightedTargetGroup { target_group_arn: arn(group), weight: 1 }];
            [Action::Forward { target_groups, stickiness_secs: None, is_short_form: true }]
        };
        let told = |source: Option<&ServiceRevision>, behind: &str| {
            let weights = pair.weights(source, &forward(behind));
            weights.iter().map(|(arn, weight)| format!("{arn}={weight}")).collect::<Vec<_>>()
        };
        assert_eq!(told(Some(&source("a")), "a"), ["a=90", "b=10"]);
        assert_eq!(told(Some(&source("old")), "old"), ["a=0", "b=10", "old=90"]);
        assert_eq!(told(Some(&source("elsewhere")), "a"), ["a=0", "b=10"]);
        assert_eq!(told(None, "a"), ["a=0", "b=10"]);
    }

    fn revision() -> ServiceRevision {
        let text = r#"{"service":{"scope":{"account":"1","region":"r"},"cluster":"c","name":"s"},
            "id":"1","definition":{"family":"f","revision":1},"capacity_provider_strategy":[],
            "load_balancers":[],"target_group_arns":[],"image_digests":{},"created_at":0}"#;
        serde_json::from_str(text).expect("a revision")
    }

    #[test]
    fn weights_are_percents_where_they_can_be() {
        assert_eq!(weights(0), (100, 0));
        assert_eq!(weights(50), (95, 5));
        assert_eq!(weights(1_000), (0, 100));
        assert_eq!(weights(1), (999, 1));
        assert_eq!(weights(333), (667, 333));
    }
}
