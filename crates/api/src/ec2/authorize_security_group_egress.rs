//! `AuthorizeSecurityGroupEgress`: adds rules about what a group's members may send.

use aws_api::ec2::{
    AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult, ResourceType,
};
use model::TrafficDirection;
use wire::ApiError;

use super::group_rules::{self, Authorize};
use super::permission::Flat;
use super::{describe, missing, tags};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AuthorizeSecurityGroupEgressRequest,
) -> Result<AuthorizeSecurityGroupEgressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    flat(&input).refuse()?;
    let given = input.ip_permissions.as_deref().unwrap_or_default();
    if given.is_empty() {
        return Err(missing("ipPermissions"));
    }
    let specifications = input.tag_specifications.as_deref();
    let wanted = Authorize {
        named: (Some(input.group_id.as_str()), None),
        direction: TrafficDirection::Egress,
        permissions: given,
        tags: &tags::of_new(ResourceType::SecurityGroupRule, specifications)?,
    };
    default_network::ensure(api, caller).await?;
    let made = api.transact(caller, |turn| group_rules::authorize(turn, wanted)).await?;
    Ok(AuthorizeSecurityGroupEgressResult {
        r#return: Some(true),
        security_group_rules: Some(made),
    })
}

fn flat(input: &AuthorizeSecurityGroupEgressRequest) -> Flat<'_> {
    Flat {
        cidr_ip: input.cidr_ip.as_deref(),
        ip_protocol: input.ip_protocol.as_deref(),
        ports: (input.from_port, input.to_port),
        source_group_name: input.source_security_group_name.as_deref(),
        source_group_owner: input.source_security_group_owner_id.as_deref(),
    }
}
