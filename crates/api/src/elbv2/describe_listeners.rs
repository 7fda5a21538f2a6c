//! `DescribeListeners`: those of a load balancer, or those that are named.

use aws_api::elbv2::{DescribeListenersInput, DescribeListenersOutput, errors};
use model::{Entry, Listener, Scope, Snapshot};
use wire::ApiError;

use super::{listener, listing, load_balancer};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeListenersInput,
) -> Result<DescribeListenersOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = select(&snapshot, &caller.scope, input)?;
    let asked = (input.marker.as_deref(), input.page_size);
    let page = listing::page(found, |listener| listener.arn(), asked)?;
    let shown = page.items.into_iter().map(|listener| listener::render(listener));
    Ok(DescribeListenersOutput { listeners: Some(shown.collect()), next_marker: page.next_token })
}

fn select<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    input: &DescribeListenersInput,
) -> Result<Vec<&'a Entry<Listener>>, ApiError> {
    let arns = listing::named(input.listener_arns.as_deref())?;
    match (input.load_balancer_arn.as_deref(), arns) {
        (Some(balancer), None) => {
            let balancer = load_balancer::find(snapshot, scope, balancer)?;
            Ok(listener::of_load_balancer(snapshot, balancer).collect())
        }
        (None, Some(arns)) => arns
            .into_iter()
            .map(|arn| {
                listener::get(snapshot, scope, arn)?.ok_or_else(|| {
                    errors::listener_not_found_exception("One or more listeners not found")
                })
            })
            .collect(),
        (None, None) => {
            Err(super::invalid("You must specify either listener ARNs or a load balancer ARN"))
        }
        (Some(_), Some(_)) => Err(super::invalid(
            "A load balancer ARN and listener ARNs cannot be specified at the same time",
        )),
    }
}
