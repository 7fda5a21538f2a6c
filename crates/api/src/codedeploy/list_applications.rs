//! `ListApplications`: the names, in order.

use aws_api::codedeploy::{ListApplicationsInput, ListApplicationsOutput};
use wire::ApiError;

use super::listing;
use crate::paging::Order;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListApplicationsInput,
) -> Result<ListApplicationsOutput, ApiError> {
    let snapshot = api.snapshot();
    let names = snapshot.code_deploy_applications.list(&caller.scope).map(|one| one.name.clone());
    let page = listing::page(Order::Ascending, names, String::clone, input.next_token.as_deref())?;
    Ok(ListApplicationsOutput { applications: Some(page.items), next_token: page.next_token })
}
