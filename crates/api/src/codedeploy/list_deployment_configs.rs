//! `ListDeploymentConfigs`: the names, `CodeDeploy`'s own for ECS among them.

use aws_api::codedeploy::{ListDeploymentConfigsInput, ListDeploymentConfigsOutput};
use wire::ApiError;

use super::{config, listing};
use crate::paging::Order;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListDeploymentConfigsInput,
) -> Result<ListDeploymentConfigsOutput, ApiError> {
    let names = config::names(&api.snapshot(), &caller.scope);
    let page = listing::page(Order::Ascending, names, String::clone, input.next_token.as_deref())?;
    Ok(ListDeploymentConfigsOutput {
        deployment_configs_list: Some(page.items),
        next_token: page.next_token,
    })
}
