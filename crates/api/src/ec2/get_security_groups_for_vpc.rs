//! `GetSecurityGroupsForVpc`: the groups that interfaces in a VPC can be in.

use aws_api::ec2::{
    GetSecurityGroupsForVpcRequest, GetSecurityGroupsForVpcResult, SecurityGroupForVpc,
};
use model::{Entry, SecurityGroup};
use wire::ApiError;

use super::filter::{Filters, Names};
use super::{describe, tags, vpc};
use crate::{Api, Caller, default_network};

const FILTERS: Names = Names {
    known: &["description", "group-id", "group-name", "owner-id", "primary-vpc-id"],
    absent: &[],
};

/// COMPAT: groups of other VPCs can be associated with one; here none is.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: GetSecurityGroupsForVpcRequest,
) -> Result<GetSecurityGroupsForVpcResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let filters = Filters::new(input.filters.as_deref(), FILTERS)?;
    let snapshot = default_network::ensure(api, caller).await?;
    describe::find(&snapshot.vpcs, &caller.scope, (vpc::ID, &input.vpc_id))?;
    let groups = snapshot.security_groups.list(&caller.scope).filter(|group| {
        group.vpc_id == input.vpc_id && filters.pass(&group.tags, |name| vec![value(group, name)])
    });
    let asked = (input.next_token.as_deref(), input.max_results);
    let page = describe::page(groups, |group: &&Entry<SecurityGroup>| group.id.clone(), asked)?;
    let shown = page.items.into_iter().map(|group| SecurityGroupForVpc {
        description: Some(group.description.clone()),
        group_name: Some(group.name.clone()),
        owner_id: Some(group.scope.account.clone()),
        group_id: Some(group.id.clone()),
        tags: Some(tags::render(&group.tags)),
        primary_vpc_id: Some(group.vpc_id.clone()),
    });
    Ok(GetSecurityGroupsForVpcResult {
        next_token: page.next_token,
        security_group_for_vpcs: Some(shown.collect()),
    })
}

fn value(group: &SecurityGroup, name: &str) -> String {
    match name {
        "description" => group.description.clone(),
        "group-id" => group.id.clone(),
        "group-name" => group.name.clone(),
        "owner-id" => group.scope.account.clone(),
        _ => group.vpc_id.clone(),
    }
}
