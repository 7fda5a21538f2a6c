//! `DescribeLoadBalancers`: all of them, or those that are named.

use aws_api::elbv2::{DescribeLoadBalancersInput, DescribeLoadBalancersOutput, errors};
use model::{Entry, LoadBalancer, Scope, Snapshot};
use wire::ApiError;

use super::{listing, load_balancer};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeLoadBalancersInput,
) -> Result<DescribeLoadBalancersOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = select(&snapshot, &caller.scope, input)?;
    let asked = (input.marker.as_deref(), input.page_size);
    let page = listing::page(found, |balancer| balancer.name.clone(), asked)?;
    let shown = page.items.into_iter().map(|each| load_balancer::render(&snapshot, each));
    Ok(DescribeLoadBalancersOutput {
        load_balancers: Some(shown.collect()),
        next_marker: page.next_token,
    })
}

fn select<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    input: &DescribeLoadBalancersInput,
) -> Result<Vec<&'a Entry<LoadBalancer>>, ApiError> {
    let names = listing::named(input.names.as_deref())?;
    let arns = listing::named(input.load_balancer_arns.as_deref())?;
    let missing =
        || errors::load_balancer_not_found_exception("One or more load balancers not found");
    let mut found: Vec<_> = match (names, arns) {
        (None, None) => return Ok(snapshot.load_balancers.list(scope).collect()),
        (Some(_), Some(_)) => {
            return Err(super::invalid(
                "Load balancer names and load balancer ARNs cannot be specified at the same time",
            ));
        }
        (Some(names), None) => names
            .into_iter()
            .map(|name| snapshot.load_balancers.get(scope, name).ok_or_else(missing))
            .collect::<Result<_, _>>()?,
        (None, Some(arns)) => arns
            .into_iter()
            .map(|arn| load_balancer::get(snapshot, scope, arn)?.ok_or_else(missing))
            .collect::<Result<_, _>>()?,
    };
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
