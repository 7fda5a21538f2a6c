//! `ListDeployments`: ids, the newest first.

use aws_api::codedeploy::{ListDeploymentsInput, ListDeploymentsOutput, errors};
use wire::ApiError;

use super::find::{self, Found};
use super::{deployment, listing, unsupported};
use crate::paging::Order;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListDeploymentsInput,
) -> Result<ListDeploymentsOutput, ApiError> {
    refuse_given(&[("externalId", input.external_id.is_some())], unsupported)?;
    let snapshot = api.snapshot();
    // COMPAT: both are named, or neither.
    match (&input.application_name, &input.deployment_group_name) {
        (None, None) => {}
        (Some(application), Some(group)) => {
            find::group(&snapshot, &caller.scope, (application, group))?;
        }
        (Some(_), None) => {
            return Err(errors::deployment_group_name_required_exception(
                "The deployment group name is required where an application name is given.",
            ));
        }
        (None, Some(_)) => {
            return Err(errors::application_name_required_exception(
                "The application name is required where a deployment group name is given.",
            ));
        }
    }
    let mut found: Vec<Found<'_>> = find::deployments(&snapshot, &caller.scope)
        .filter(|found| is_asked_for(*found, input))
        .collect();
    let key = |found: &Found<'_>| deployment::page_key(found.deployment);
    found.sort_by_key(|found| std::cmp::Reverse(key(found)));
    let page = listing::page(Order::Descending, found, key, input.next_token.as_deref())?;
    let ids = page.items.into_iter().map(|found| found.deployment.id.clone());
    Ok(ListDeploymentsOutput { deployments: Some(ids.collect()), next_token: page.next_token })
}

fn is_asked_for(found: Found<'_>, input: &ListDeploymentsInput) -> bool {
    let Found { deployment: known, native } = found;
    let is = |wanted: &Option<String>, name: &String| {
        wanted.as_ref().is_none_or(|wanted| wanted == name)
    };
    let statuses = input.include_only_statuses.as_deref().unwrap_or_default();
    let range = input.create_time_range.as_ref();
    let (start, end) = (range.and_then(|range| range.start), range.and_then(|range| range.end));
    is(&input.application_name, &known.application)
        && is(&input.deployment_group_name, &known.group)
        && (statuses.is_empty() || statuses.contains(&deployment::status(native)))
        && start.is_none_or(|start| known.created_at >= start)
        && end.is_none_or(|end| known.created_at <= end)
}
