//! `GetManagedPrefixListAssociations`: what refers to a list.

use aws_api::ec2::{
    GetManagedPrefixListAssociationsRequest, GetManagedPrefixListAssociationsResult,
    PrefixListAssociation,
};
use model::{Entry, SecurityGroup};
use wire::ApiError;

use super::{describe, prefix_list};
use crate::{Api, Caller};

/// COMPAT: of what can refer to one, route tables have no routes to lists here.
pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetManagedPrefixListAssociationsRequest,
) -> Result<GetManagedPrefixListAssociationsResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = api.snapshot();
    let named = (prefix_list::ID, input.prefix_list_id.as_str());
    let list = describe::find(&snapshot.prefix_lists, &caller.scope, named)?;
    let groups = prefix_list::referring(&snapshot, list);
    let asked = (input.next_token.as_deref(), input.max_results);
    let page = describe::page(groups, |group: &&Entry<SecurityGroup>| group.id.clone(), asked)?;
    let shown = page.items.into_iter().map(|group| PrefixListAssociation {
        resource_id: Some(group.id.clone()),
        resource_owner: Some(group.scope.account.clone()),
    });
    Ok(GetManagedPrefixListAssociationsResult {
        prefix_list_associations: Some(shown.collect()),
        next_token: page.next_token,
    })
}
