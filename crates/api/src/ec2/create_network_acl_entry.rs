//! `CreateNetworkAclEntry`: adds a numbered rule to a network ACL.

use aws_api::ec2::{CreateNetworkAclEntryRequest, CreateNetworkAclEntryResponse};
use model::{NetworkAcl, NetworkAclEntry, NetworkAclRange};
use wire::ApiError;

use super::network_acl_entry::{self, Wanted};
use super::{describe, network_acl};
use crate::{Api, Caller, Turn, default_network};

/// LIMIT: COMPAT: rules of one direction, for IPv4 and IPv6 each. The quota "includes the default
/// deny rules" ("Amazon VPC quotas"), so that one fewer can be made.
const RULES_MAX: usize = 20;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateNetworkAclEntryRequest,
) -> Result<CreateNetworkAclEntryResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let entry = Wanted::from(&input).entry()?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.network_acl_id, &entry)).await
}

fn decide(
    turn: &mut Turn<'_>,
    acl_id: &str,
    entry: &NetworkAclEntry,
) -> Result<CreateNetworkAclEntryResponse, ApiError> {
    let acl = network_acl::find(turn, acl_id)?;
    let identity = network_acl_entry::identity(entry);
    if acl.entries.iter().any(|known| network_acl_entry::identity(known) == identity) {
        return Err(ApiError::client(
            "NetworkAclEntryAlreadyExists",
            format!("The network acl entry identified by {} already exists.", entry.number),
        ));
    }
    check_count(acl, entry)?;
    turn.plan.update(acl, network_acl_entry::with(acl, entry.clone()));
    Ok(CreateNetworkAclEntryResponse {})
}

fn check_count(acl: &NetworkAcl, wanted: &NetworkAclEntry) -> Result<(), ApiError> {
    let is_ipv6 = |entry: &NetworkAclEntry| match entry.range {
        NetworkAclRange::Ipv4(_) => false,
        NetworkAclRange::Ipv6(_) => true,
    };
    let is_alike = |entry: &&NetworkAclEntry| {
        entry.direction == wanted.direction && is_ipv6(entry) == is_ipv6(wanted)
    };
    if acl.entries.iter().filter(is_alike).count() + 1 >= RULES_MAX {
        return Err(ApiError::client(
            "NetworkAclEntryLimitExceeded",
            format!("The maximum number of network acl entries ({RULES_MAX}) has been reached."),
        ));
    }
    Ok(())
}
