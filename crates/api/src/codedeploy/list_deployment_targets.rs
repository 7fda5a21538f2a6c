//! `ListDeploymentTargets`: an ECS deployment has one.

use aws_api::codedeploy::{ListDeploymentTargetsInput, ListDeploymentTargetsOutput, errors};
use wire::ApiError;

use super::{find, listing, target};
use crate::paging::Order;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListDeploymentTargetsInput,
) -> Result<ListDeploymentTargetsOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = find::deployment(&snapshot, &caller.scope, &input.deployment_id)?;
    let mut is_asked_for = true;
    for (name, values) in input.target_filters.iter().flatten() {
        if name != "TargetStatus" {
            // Labels are of instances, of which an ECS target has none.
            return Err(errors::invalid_target_filter_name_exception(format!(
                "The target filter {name} is not valid for the ECS compute platform."
            )));
        }
        let status = target::status(found.native).as_str();
        is_asked_for = is_asked_for && values.iter().any(|value| value == status);
    }
    let ids = is_asked_for.then(|| target::id(found));
    let page = listing::page(Order::Ascending, ids, String::clone, input.next_token.as_deref())?;
    Ok(ListDeploymentTargetsOutput { target_ids: Some(page.items), next_token: page.next_token })
}
