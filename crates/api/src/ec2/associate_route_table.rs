//! `AssociateRouteTable`: has a subnet's packets go by a table of its own.

use aws_api::ec2::{AssociateRouteTableRequest, AssociateRouteTableResult};
use model::RouteTableAssociation;
use wire::ApiError;

use super::{describe, route_table, subnet, unsupported};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: AssociateRouteTableRequest,
) -> Result<AssociateRouteTableResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    refuse_given(
        &[
            ("GatewayId", input.gateway_id.is_some()),
            ("PublicIpv4Pool", input.public_ipv4_pool.is_some()),
        ],
        unsupported,
    )?;
    let subnet_id = input.subnet_id.as_deref().ok_or_else(|| {
        ApiError::client(
            "MissingParameter",
            "The request must contain exactly one of gatewayId, publicIpv4Pool, or subnetId",
        )
    })?;
    default_network::ensure(api, caller).await?;
    let made = api.transact(caller, |turn| decide(turn, &input.route_table_id, subnet_id)).await?;
    Ok(AssociateRouteTableResult {
        association_id: Some(made),
        association_state: Some(route_table::associated()),
    })
}

/// COMPAT: the association that is there already is answered; one with another table is in the
/// way (`Resource.AlreadyAssociated`).
fn decide(turn: &mut Turn<'_>, table_id: &str, subnet_id: &str) -> Result<String, ApiError> {
    let table = route_table::find(turn, table_id)?;
    let subnet = subnet::find(turn, subnet_id)?;
    if table.vpc_id != subnet.vpc_id {
        return Err(route_table::other_network(table, &format!("subnet {subnet_id}")));
    }
    match route_table::of_subnet(turn.snapshot, subnet) {
        Some((known, id)) if known.id == table.id => return Ok(id.clone()),
        Some(_) => {
            return Err(ApiError::client(
                "Resource.AlreadyAssociated",
                format!(
                    "the specified association for route table {table_id} conflicts with an \
                     existing association"
                ),
            ));
        }
        None => {}
    }
    let id = format!("rtbassoc-{}", turn.rng.hex(17));
    let association = RouteTableAssociation::Subnet(subnet_id.to_owned());
    let changed = route_table::with_association(table, (id.clone(), association));
    subnet::hold(turn, subnet);
    turn.plan.update(table, changed);
    Ok(id)
}
