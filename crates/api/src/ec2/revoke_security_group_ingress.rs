//! `RevokeSecurityGroupIngress`: takes rules about what a group's members may receive from it.

use aws_api::ec2::{RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult};
use model::TrafficDirection;
use wire::ApiError;

use super::describe;
use super::permission::Flat;
use super::revocation::{self, Revocation, Which};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RevokeSecurityGroupIngressRequest,
) -> Result<RevokeSecurityGroupIngressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let ids = input.security_group_rule_ids.as_deref().unwrap_or_default();
    let which = match (ids.is_empty(), flat(&input).is_given() || input.ip_permissions.is_some()) {
        (false, false) => Which::Ids(ids),
        (false, true) => return Err(revocation::both_forms()),
        (true, _) => Which::Permissions(flat(&input).or(input.ip_permissions.as_deref())?),
    };
    let wanted = Revocation {
        named: (input.group_id.as_deref(), input.group_name.as_deref()),
        direction: TrafficDirection::Ingress,
        which: &which,
    };
    default_network::ensure(api, caller).await?;
    let revoked = api.transact(caller, |turn| revocation::revoke(turn, wanted)).await?;
    Ok(RevokeSecurityGroupIngressResult {
        r#return: Some(true),
        unknown_ip_permissions: Some(revoked.unknown),
        revoked_security_group_rules: Some(revoked.rules),
    })
}

fn flat(input: &RevokeSecurityGroupIngressRequest) -> Flat<'_> {
    Flat {
        cidr_ip: input.cidr_ip.as_deref(),
        ip_protocol: input.ip_protocol.as_deref(),
        ports: (input.from_port, input.to_port),
        source_group_name: input.source_security_group_name.as_deref(),
        source_group_owner: input.source_security_group_owner_id.as_deref(),
    }
}
