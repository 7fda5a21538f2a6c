//! `DescribeSecurityGroups`: by id, by name in the default VPC, or by filter.

use aws_api::ec2::{DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult};
use model::{Scope, Snapshot};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::security_group;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeSecurityGroupsRequest,
) -> Result<DescribeSecurityGroupsResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let names = input.group_names.as_deref().unwrap_or_default();
    let ids = named(&snapshot, &caller.scope, names)?;
    let wanted = Wanted {
        ids: input.group_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let groups = snapshot.security_groups.list(&caller.scope);
    let groups = groups.filter(|group| names.is_empty() || ids.contains(&group.id));
    let page = describe::select(&snapshot, groups, wanted)?;
    let shown = page.items.into_iter().map(|each| security_group::render(each));
    Ok(DescribeSecurityGroupsResult {
        next_token: page.next_token,
        security_groups: Some(shown.collect()),
    })
}

/// The ids of the groups of the default VPC that have these names.
fn named(snapshot: &Snapshot, scope: &Scope, names: &[String]) -> Result<Vec<String>, ApiError> {
    let id = |name: &String| {
        security_group::find_named(snapshot, scope, name).map(|group| group.id.clone())
    };
    names.iter().map(id).collect()
}
