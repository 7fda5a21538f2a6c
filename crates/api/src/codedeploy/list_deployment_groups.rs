//! `ListDeploymentGroups`: the names of an application's groups, in order.

use aws_api::codedeploy::{ListDeploymentGroupsInput, ListDeploymentGroupsOutput};
use wire::ApiError;

use super::{find, listing};
use crate::paging::Order;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListDeploymentGroupsInput,
) -> Result<ListDeploymentGroupsOutput, ApiError> {
    let snapshot = api.snapshot();
    let of = find::application(&snapshot, &caller.scope, &input.application_name)?;
    let prefix = format!("{}/", of.name);
    let groups = snapshot.code_deploy_groups.list_under(&caller.scope, &prefix);
    let names = groups.map(|group| group.name.clone());
    let page = listing::page(Order::Ascending, names, String::clone, input.next_token.as_deref())?;
    Ok(ListDeploymentGroupsOutput {
        application_name: Some(of.name.clone()),
        deployment_groups: Some(page.items),
        next_token: page.next_token,
    })
}
