//! `CreateNetworkAcl`: makes an ACL of a VPC, which lets nothing through.

use std::collections::BTreeMap;

use aws_api::ec2::{CreateNetworkAclRequest, CreateNetworkAclResult, ResourceType};
use model::{NetworkAcl, Tags};
use wire::ApiError;

use super::{describe, network_acl, not_idempotent, tags, vpc};
use crate::client_token::{Seen, TokenRequest};
use crate::{Api, Caller, Turn, default_network};

/// LIMIT: COMPAT: network ACLs of a VPC ("Amazon VPC quotas").
const PER_VPC_MAX: usize = 200;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateNetworkAclRequest,
) -> Result<CreateNetworkAclResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let tags = tags::of_new(ResourceType::NetworkAcl, input.tag_specifications.as_deref())?;
    let token = TokenRequest::new("CreateNetworkAcl", &input, |rest| rest.client_token.take());
    default_network::ensure(api, caller).await?;
    let made = api
        .transact(caller, |turn| match token.seen(turn) {
            Seen::Done(ids) => again(turn, &ids),
            Seen::Otherwise(_) => Err(not_idempotent()),
            Seen::Never => {
                let made = decide(turn, &input.vpc_id, &tags)?;
                token.remember(turn, vec![made.id.clone()]);
                Ok(network_acl::render(&made))
            }
        })
        .await?;
    Ok(CreateNetworkAclResult { network_acl: Some(made), client_token: input.client_token })
}

fn decide(turn: &mut Turn<'_>, vpc_id: &str, tags: &Tags) -> Result<NetworkAcl, ApiError> {
    let vpc = vpc::find(turn, vpc_id)?;
    let acls = turn.snapshot.network_acls.list(turn.scope());
    if acls.filter(|acl| acl.vpc_id == vpc_id).count() >= PER_VPC_MAX {
        return Err(ApiError::client(
            "NetworkAclLimitExceeded",
            "The maximum number of network ACLs has been reached.",
        ));
    }
    vpc::hold(turn, vpc);
    let made = NetworkAcl {
        scope: turn.scope().clone(),
        id: format!("acl-{}", turn.rng.hex(17)),
        vpc_id: vpc_id.to_owned(),
        is_default: false,
        entries: Vec::new(),
        associations: BTreeMap::new(),
        tags: tags.clone(),
    };
    turn.plan.insert(made.clone());
    Ok(made)
}

/// The ACL that was made for a request which is sent again.
fn again(turn: &Turn<'_>, ids: &[String]) -> Result<aws_api::ec2::NetworkAcl, ApiError> {
    let id = ids.first().map(String::as_str).unwrap_or_default();
    Ok(network_acl::render(network_acl::find(turn, id)?))
}
