//! `RevokeSecurityGroupEgress`: takes rules about what a group's members may send from it.

use aws_api::ec2::{RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult};
use model::TrafficDirection;
use wire::ApiError;

use super::permission::Flat;
use super::revocation::{self, Revocation, Which};
use super::{describe, missing};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RevokeSecurityGroupEgressRequest,
) -> Result<RevokeSecurityGroupEgressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    flat(&input).refuse()?;
    let ids = input.security_group_rule_ids.as_deref().unwrap_or_default();
    let given = input.ip_permissions.as_deref().unwrap_or_default();
    let which = match (ids.is_empty(), given.is_empty()) {
        (false, true) => Which::Ids(ids),
        (true, false) => Which::Permissions(given.to_vec()),
        (false, false) => return Err(revocation::both_forms()),
        (true, true) => return Err(missing("ipPermissions or securityGroupRuleIds")),
    };
    let wanted = Revocation {
        named: (Some(input.group_id.as_str()), None),
        direction: TrafficDirection::Egress,
        which: &which,
    };
    default_network::ensure(api, caller).await?;
    let revoked = api.transact(caller, |turn| revocation::revoke(turn, wanted)).await?;
    Ok(RevokeSecurityGroupEgressResult {
        r#return: Some(true),
        unknown_ip_permissions: Some(revoked.unknown),
        revoked_security_group_rules: Some(revoked.rules),
    })
}

fn flat(input: &RevokeSecurityGroupEgressRequest) -> Flat<'_> {
    Flat {
        cidr_ip: input.cidr_ip.as_deref(),
        ip_protocol: input.ip_protocol.as_deref(),
        ports: (input.from_port, input.to_port),
        source_group_name: input.source_security_group_name.as_deref(),
        source_group_owner: input.source_security_group_owner_id.as_deref(),
    }
}
