//! `DescribeTargetGroups`: all of them, those that are named, or those of a load balancer.

use aws_api::elbv2::{DescribeTargetGroupsInput, DescribeTargetGroupsOutput, errors};
use model::{Entry, Scope, Snapshot, TargetGroup};
use wire::ApiError;

use super::target_group::Usage;
use super::{listing, load_balancer, target_group};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTargetGroupsInput,
) -> Result<DescribeTargetGroupsOutput, ApiError> {
    let snapshot = api.snapshot();
    let usage = target_group::usage(&snapshot, &caller.scope);
    let found = select(&snapshot, &caller.scope, (input, &usage))?;
    let asked = (input.marker.as_deref(), input.page_size);
    let page = listing::page(found, |group| group.name.clone(), asked)?;
    let shown = page.items.into_iter().map(|group| target_group::render(group, &usage));
    Ok(DescribeTargetGroupsOutput {
        target_groups: Some(shown.collect()),
        next_marker: page.next_token,
    })
}

fn select<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    (input, usage): (&DescribeTargetGroupsInput, &Usage),
) -> Result<Vec<&'a Entry<TargetGroup>>, ApiError> {
    let names = listing::named(input.names.as_deref())?;
    let arns = listing::named(input.target_group_arns.as_deref())?;
    let missing =
        || errors::target_group_not_found_exception("One or more target groups not found");
    let mut found: Vec<_> = match (names, arns, input.load_balancer_arn.as_deref()) {
        (None, None, None) => return Ok(snapshot.target_groups.list(scope).collect()),
        (Some(names), None, None) => names
            .into_iter()
            .map(|name| snapshot.target_groups.get(scope, name).ok_or_else(missing))
            .collect::<Result<_, _>>()?,
        (None, Some(arns), None) => arns
            .into_iter()
            .map(|arn| target_group::get(snapshot, scope, arn)?.ok_or_else(missing))
            .collect::<Result<_, _>>()?,
        (None, None, Some(balancer)) => {
            let balancer = load_balancer::find(snapshot, scope, balancer)?.arn();
            let is_used = |group: &&Entry<TargetGroup>| {
                usage.get(&group.arn()).is_some_and(|users| users.contains(&balancer))
            };
            return Ok(snapshot.target_groups.list(scope).filter(is_used).collect());
        }
        (Some(_), _, _) | (_, Some(_), _) => {
            return Err(super::invalid(
                "Only one of a load balancer ARN, target group names and target group ARNs can \
                 be specified",
            ));
        }
    };
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
