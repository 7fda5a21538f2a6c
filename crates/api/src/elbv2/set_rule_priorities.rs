//! `SetRulePriorities`: puts rules into another order, all at once.

use std::collections::{BTreeMap, BTreeSet};

use aws_api::elbv2::{RulePriorityPair, SetRulePrioritiesInput, SetRulePrioritiesOutput};
use model::{Entry, Rule, Snapshot};
use wire::ApiError;

use super::{listener, load_balancer, rule};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: SetRulePrioritiesInput,
) -> Result<SetRulePrioritiesOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input.rule_priorities)).await
}

fn decide(
    turn: &mut Turn<'_>,
    pairs: &[RulePriorityPair],
) -> Result<SetRulePrioritiesOutput, ApiError> {
    let mut changed: BTreeMap<String, (&Entry<Rule>, Rule)> = BTreeMap::new();
    for pair in pairs {
        let arn = pair.rule_arn.as_deref().unwrap_or_default();
        let known = rule::find_changeable(turn.snapshot, turn.scope(), (arn, "given a priority"))?;
        let given = pair.priority.ok_or_else(|| super::invalid("A priority must be specified"))?;
        let moved = Rule { priority: given.unsigned_abs(), ..(*known.record).clone() };
        if changed.insert(arn.to_owned(), (known, moved)).is_some() {
            return Err(super::invalid(format!("Rule '{arn}' is specified more than once")));
        }
    }
    let rules: BTreeMap<String, Rule> =
        changed.iter().map(|(arn, (_, moved))| (arn.clone(), moved.clone())).collect();
    check_distinct(turn.snapshot, &rules)?;
    let balancers: BTreeSet<String> = rules.values().map(load_balancer::arn_of_rule).collect();
    for arn in balancers {
        let balancer = load_balancer::find(turn.snapshot, turn.scope(), &arn)?;
        super::hold(turn, balancer);
    }
    for (known, moved) in changed.into_values() {
        turn.plan.update(known, moved);
    }
    Ok(SetRulePrioritiesOutput { rules: Some(rules.values().map(rule::render).collect()) })
}

/// Refuses a priority that two rules of one listener would have.
fn check_distinct(snapshot: &Snapshot, changed: &BTreeMap<String, Rule>) -> Result<(), ApiError> {
    let listeners: BTreeSet<String> = changed.values().map(Rule::listener_arn).collect();
    for arn in listeners {
        let Some(scope) = changed.values().next().map(|rule| &rule.scope) else { break };
        let listener = listener::find(snapshot, scope, &arn)?;
        let mut seen = BTreeSet::new();
        for known in rule::of_listener(snapshot, listener) {
            let moved = changed.get(&known.arn()).unwrap_or(known);
            if !seen.insert(moved.priority) {
                return Err(rule::priority_in_use(moved.priority));
            }
        }
    }
    Ok(())
}
