//! `DeleteVpc`: a VPC that nothing is in; what was made with it goes with it.

use aws_api::ec2::{DeleteVpcRequest, DeleteVpcResponse};
use model::{DefaultVpc, Snapshot, Vpc};
use wire::ApiError;

use super::{describe, subnet, vpc};
use crate::{Api, Caller, Turn, default_network};

/// The name of the group that is made with a VPC, which no other group can have.
const DEFAULT_GROUP: &str = "default";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteVpcRequest,
) -> Result<DeleteVpcResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.vpc_id)).await
}

fn decide(turn: &mut Turn<'_>, id: &str) -> Result<DeleteVpcResponse, ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope().clone());
    let known = vpc::find(turn, id)?;
    if has_dependencies(snapshot, known) {
        return Err(describe::has_dependencies("vpc", id));
    }
    for table in snapshot.route_tables.list(&scope).filter(|it| it.vpc_id == id) {
        turn.plan.delete(table);
    }
    for acl in snapshot.network_acls.list(&scope).filter(|it| it.vpc_id == id) {
        turn.plan.delete(acl);
    }
    for group in snapshot.security_groups.list(&scope).filter(|it| it.vpc_id == id) {
        turn.plan.delete(group);
    }
    if known.is_default {
        forget_default(turn);
    }
    turn.plan.delete(known);
    Ok(DeleteVpcResponse {})
}

/// Keeps that the region had a default VPC, so that none is made again on its own.
fn forget_default(turn: &mut Turn<'_>) {
    let scope = turn.scope().clone();
    let none = DefaultVpc { scope: scope.clone(), vpc_id: None };
    match turn.snapshot.default_vpcs.get(&scope, DefaultVpc::ID) {
        Some(known) => turn.plan.update(known, none),
        None => turn.plan.insert(none),
    }
}

/// Whether anything is in it besides what was made with it.
fn has_dependencies(snapshot: &Snapshot, vpc: &Vpc) -> bool {
    let (scope, id) = (&vpc.scope, &vpc.id);
    let is_of = |vpc_id: &String| vpc_id == id;
    subnet::of_vpc(snapshot, vpc).next().is_some()
        || snapshot.interfaces.list_under(scope, &format!("{id}/")).next().is_some()
        || snapshot.internet_gateways.list(scope).any(|it| it.vpc_id.as_ref() == Some(id))
        || snapshot.nat_gateways.list(scope).any(|it| is_of(&it.vpc_id) && it.deleted_at.is_none())
        || snapshot.route_tables.list(scope).any(|it| is_of(&it.vpc_id) && !it.is_main())
        || snapshot.network_acls.list(scope).any(|it| is_of(&it.vpc_id) && !it.is_default)
        || snapshot
            .security_groups
            .list(scope)
            .any(|it| is_of(&it.vpc_id) && it.name != DEFAULT_GROUP)
        || snapshot.load_balancers.list(scope).any(|it| is_of(&it.vpc_id))
        || snapshot.target_groups.list(scope).any(|it| is_of(&it.vpc_id))
}
