//! `DescribeRules`: those of a listener in order of priority, or those that are named.

use aws_api::elbv2::{DescribeRulesInput, DescribeRulesOutput};
use model::{Scope, Snapshot};
use wire::ApiError;

use super::rule::Named;
use super::{listener, listing, rule};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeRulesInput,
) -> Result<DescribeRulesOutput, ApiError> {
    let snapshot = api.snapshot();
    let mut found = select(&snapshot, &caller.scope, input)?;
    found.sort_by_key(rule::key);
    let asked = (input.marker.as_deref(), input.page_size);
    let page = listing::page(found, rule::key, asked)?;
    Ok(DescribeRulesOutput {
        rules: Some(page.items.iter().map(rule::render_named).collect()),
        next_marker: page.next_token,
    })
}

fn select<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    input: &DescribeRulesInput,
) -> Result<Vec<Named<'a>>, ApiError> {
    let arns = listing::named(input.rule_arns.as_deref())?;
    match (input.listener_arn.as_deref(), arns) {
        (Some(arn), None) => {
            let listener = listener::find(snapshot, scope, arn)?;
            let rules = rule::of_listener(snapshot, listener).map(Named::Rule);
            Ok(rules.chain([Named::Default(listener)]).collect())
        }
        (None, Some(arns)) => {
            arns.into_iter().map(|arn| rule::find(snapshot, scope, arn)).collect()
        }
        (None, None) => {
            Err(super::invalid("You must specify either listener rule ARNs or a listener ARN"))
        }
        (Some(_), Some(_)) => Err(super::invalid(
            "A listener ARN and listener rule ARNs cannot be specified at the same time",
        )),
    }
}
