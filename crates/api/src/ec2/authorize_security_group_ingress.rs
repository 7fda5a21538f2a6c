//! `AuthorizeSecurityGroupIngress`: adds rules about what a group's members may receive.

use aws_api::ec2::{
    AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult, ResourceType,
};
use model::TrafficDirection;
use wire::ApiError;

use super::group_rules::{self, Authorize};
use super::permission::Flat;
use super::{describe, tags};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AuthorizeSecurityGroupIngressRequest,
) -> Result<AuthorizeSecurityGroupIngressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let given = flat(&input).or(input.ip_permissions.as_deref())?;
    let specifications = input.tag_specifications.as_deref();
    let wanted = Authorize {
        named: (input.group_id.as_deref(), input.group_name.as_deref()),
        direction: TrafficDirection::Ingress,
        permissions: &given,
        tags: &tags::of_new(ResourceType::SecurityGroupRule, specifications)?,
    };
    default_network::ensure(api, caller).await?;
    let made = api.transact(caller, |turn| group_rules::authorize(turn, wanted)).await?;
    Ok(AuthorizeSecurityGroupIngressResult {
        r#return: Some(true),
        security_group_rules: Some(made),
    })
}

fn flat(input: &AuthorizeSecurityGroupIngressRequest) -> Flat<'_> {
    Flat {
        cidr_ip: input.cidr_ip.as_deref(),
        ip_protocol: input.ip_protocol.as_deref(),
        ports: (input.from_port, input.to_port),
        source_group_name: input.source_security_group_name.as_deref(),
        source_group_owner: input.source_security_group_owner_id.as_deref(),
    }
}
