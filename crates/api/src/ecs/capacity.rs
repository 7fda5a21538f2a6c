//! Capacity providers: which there are, and how a strategy shares out tasks.
//
// COMPAT: base first, then by weight ("CapacityProviderStrategyItem", ECS API Reference).

use std::collections::BTreeSet;

use aws_api::ecs::{self, errors};
use model::{CapacityProviderStrategyItem, Cluster};
use wire::ApiError;

/// Both run tasks on the managed pool; AWS gives them to every account.
pub(super) const PROVIDERS: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// LIMIT: capacity providers in a strategy.
const STRATEGY_ITEMS_MAX: usize = 20;

/// The capacity providers that a cluster is to have.
pub(super) fn providers(given: Option<&[String]>) -> Result<Vec<String>, ApiError> {
    let mut providers: Vec<String> = Vec::new();
    for name in given.unwrap_or_default() {
        check_exists(name)?;
        if !providers.contains(name) {
            providers.push(name.clone());
        }
    }
    Ok(providers)
}

/// A strategy over the capacity providers of a cluster.
pub(super) fn strategy(
    given: Option<&[ecs::CapacityProviderStrategyItem]>,
    associated: &[String],
) -> Result<Vec<CapacityProviderStrategyItem>, ApiError> {
    let given = given.unwrap_or_default();
    if given.len() > STRATEGY_ITEMS_MAX {
        return Err(refuse(format!("can have at most {STRATEGY_ITEMS_MAX} capacity providers.")));
    }
    let mut items = Vec::new();
    for item in given {
        let name = item.capacity_provider.clone().unwrap_or_default();
        check_exists(&name)?;
        if !associated.contains(&name) {
            return Err(refuse(
                "cannot contain a capacity provider that is not associated with the cluster. \
                 Associate the capacity provider with the cluster and try again.",
            ));
        }
        items.push(CapacityProviderStrategyItem {
            capacity_provider: name,
            weight: item.weight.unwrap_or(0) as u32,
            base: item.base.unwrap_or(0) as u32,
        });
    }
    check_items(&items)?;
    Ok(items)
}

/// The strategy that a request names, else the cluster's own.
pub(super) fn strategy_of(
    given: Option<&[ecs::CapacityProviderStrategyItem]>,
    cluster: &Cluster,
) -> Result<Vec<CapacityProviderStrategyItem>, ApiError> {
    match given {
        Some(given) if !given.is_empty() => strategy(Some(given), &cluster.capacity_providers),
        _ => Ok(cluster.default_capacity_provider_strategy.clone()),
    }
}

/// The capacity provider of each of `count` tasks: the base first, then by weight.
pub(super) fn share_out(strategy: &[CapacityProviderStrategyItem], count: usize) -> Vec<String> {
    let mut bases: Vec<u32> = strategy.iter().map(|item| item.base).collect();
    let mut shares = vec![0_u64; strategy.len()];
    let mut chosen = Vec::new();
    while chosen.len() < count && !strategy.is_empty() {
        let base = bases.iter().position(|base| *base > 0);
        let index = base.unwrap_or_else(|| least_served(strategy, &shares));
        match base {
            Some(index) => bases[index] -= 1,
            None => shares[index] += 1,
        }
        chosen.push(strategy[index].capacity_provider.clone());
    }
    chosen
}

/// The item that is furthest behind its weight; the first of equals.
fn least_served(strategy: &[CapacityProviderStrategyItem], shares: &[u64]) -> usize {
    let mut best = 0;
    for index in 1..strategy.len() {
        // (share + 1) / weight, compared without dividing; a weight of 0 is never ahead.
        let (weight, rival) = (u64::from(strategy[index].weight), u64::from(strategy[best].weight));
        if (shares[index] + 1) * rival < (shares[best] + 1) * weight {
            best = index;
        }
    }
    best
}

fn check_exists(name: &str) -> Result<(), ApiError> {
    if PROVIDERS.contains(&name) {
        return Ok(());
    }
    Err(errors::invalid_parameter_exception(format!(
        "The specified capacity provider '{name}' was not found. Specify a valid name and try \
         again."
    )))
}

fn check_items(items: &[CapacityProviderStrategyItem]) -> Result<(), ApiError> {
    let names: BTreeSet<&str> = items.iter().map(|item| item.capacity_provider.as_str()).collect();
    if names.len() != items.len() {
        return Err(refuse("cannot contain the same capacity provider twice."));
    }
    if items.len() > 1 && items.iter().all(|item| item.weight == 0) {
        return Err(refuse("must contain a capacity provider with a weight greater than 0."));
    }
    if items.iter().filter(|item| item.base > 0).count() > 1 {
        return Err(refuse("can have only one capacity provider with a base greater than 0."));
    }
    Ok(())
}

fn refuse(why: impl std::fmt::Display) -> ApiError {
    errors::invalid_parameter_exception(format!("The specified capacity provider strategy {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(items: &[(&str, u32, u32)], count: usize) -> String {
        let strategy: Vec<_> = items
            .iter()
            .map(|(name, base, weight)| CapacityProviderStrategyItem {
                capacity_provider: (*name).to_owned(),
                weight: *weight,
                base: *base,
            })
            .collect();
        share_out(&strategy, count).join(" ")
    }

    #[test]
    fn tasks_are_shared_by_base_then_weight() {
        assert_eq!(shared(&[("a", 0, 1), ("b", 0, 1)], 4), "a b a b");
        assert_eq!(shared(&[("a", 2, 1), ("b", 0, 3)], 6), "a a b b a b");
        assert_eq!(shared(&[("a", 0, 0), ("b", 0, 1)], 3), "b b b");
        assert_eq!(shared(&[("a", 0, 0)], 2), "a a");
        assert_eq!(shared(&[], 2), "");
    }
}
