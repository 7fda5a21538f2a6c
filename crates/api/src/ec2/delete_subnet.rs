//! `DeleteSubnet`: a subnet that nobody uses; its associations go with it.

use aws_api::ec2::{DeleteSubnetRequest, DeleteSubnetResponse};
use model::{NetworkAcl, RouteTable, RouteTableAssociation, Subnet};
use wire::ApiError;

use super::{describe, subnet};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteSubnetRequest,
) -> Result<DeleteSubnetResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.subnet_id)).await
}

fn decide(turn: &mut Turn<'_>, id: &str) -> Result<DeleteSubnetResponse, ApiError> {
    let known = subnet::find(turn, id)?;
    if subnet::is_used(turn.snapshot, known) {
        return Err(describe::has_dependencies("subnet", id));
    }
    disassociate(turn, known);
    turn.plan.delete(known);
    Ok(DeleteSubnetResponse {})
}

fn disassociate(turn: &mut Turn<'_>, subnet: &Subnet) {
    let id = &subnet.id;
    for table in turn.snapshot.route_tables.list(&subnet.scope).filter(|it| it.names(id)) {
        let own = RouteTableAssociation::Subnet(id.clone());
        let mut associations = table.associations.clone();
        associations.retain(|_, each| *each != own);
        turn.plan.update(table, RouteTable { associations, ..(*table.record).clone() });
    }
    let acls = turn.snapshot.network_acls.list(&subnet.scope);
    for acl in acls.filter(|it| it.associations.values().any(|each| each == id)) {
        let mut associations = acl.associations.clone();
        associations.retain(|_, each| each != id);
        turn.plan.update(acl, NetworkAcl { associations, ..(*acl.record).clone() });
    }
}
