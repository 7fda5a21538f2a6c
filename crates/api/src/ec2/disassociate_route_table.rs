//! `DisassociateRouteTable`: has a subnet's packets go by the VPC's main table again.

use aws_api::ec2::{DisassociateRouteTableRequest, DisassociateRouteTableResponse};
use model::RouteTableAssociation;
use wire::ApiError;

use super::{describe, route_table};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DisassociateRouteTableRequest,
) -> Result<DisassociateRouteTableResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.association_id)).await
}

fn decide(turn: &mut Turn<'_>, id: &str) -> Result<DisassociateRouteTableResponse, ApiError> {
    let (table, with) = route_table::find_association(turn.snapshot, turn.scope(), id)?;
    match with {
        RouteTableAssociation::Main => Err(super::invalid(format!(
            "cannot disassociate the main route table association {id}"
        ))),
        RouteTableAssociation::Subnet(_) => {
            let changed = route_table::without_association(table, id);
            turn.plan.update(table, changed);
            Ok(DisassociateRouteTableResponse {})
        }
    }
}
