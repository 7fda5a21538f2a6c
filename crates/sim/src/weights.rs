//! Where production traffic goes, as the rules say.

use std::collections::BTreeMap;

use model::{Action, ServiceRevision, Snapshot};
use planner::traffic;

/// The target groups of a forward action, with their weights.
pub(crate) fn weights_of(actions: &[Action]) -> BTreeMap<String, u32> {
    let groups = actions.iter().flat_map(|action| match action {
        Action::Forward { target_groups, .. } => target_groups.as_slice(),
        Action::Redirect { .. } | Action::FixedResponse { .. } => &[],
    });
    groups.map(|group| (group.target_group_arn.clone(), group.weight)).collect()
}

/// The production rules of a revision's load balancers, each with its weights.
pub(crate) fn production(
    snapshot: &Snapshot,
    revision: &ServiceRevision,
) -> BTreeMap<String, BTreeMap<String, u32>> {
    let scope = &revision.service.scope;
    let advanced = revision.load_balancers.iter().filter_map(|one| one.advanced.as_ref());
    let rules = advanced.map(|one| one.production_listener_rule.clone());
    rules
        .filter_map(|arn| {
            let rule = traffic::rule(snapshot, scope, &arn)?;
            Some((arn, weights_of(rule.actions())))
        })
        .collect()
}

/// What of a rule's traffic a target group gets, in permille.
pub(crate) fn permille(weights: &BTreeMap<String, u32>, group: &str) -> u32 {
    let total: u32 = weights.values().sum();
    weights.get(group).map_or(0, |weight| (weight * 1_000).checked_div(total).unwrap_or(0))
}
