//! `ReplaceRouteTableAssociation`: moves a subnet, or the VPC's main association, to another table.

use aws_api::ec2::{ReplaceRouteTableAssociationRequest, ReplaceRouteTableAssociationResult};
use model::RouteTableAssociation;
use wire::ApiError;

use super::{describe, route_table, subnet};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ReplaceRouteTableAssociationRequest,
) -> Result<ReplaceRouteTableAssociationResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    let wanted = (input.association_id.as_str(), input.route_table_id.as_str());
    let made = api.transact(caller, |turn| decide(turn, wanted)).await?;
    Ok(ReplaceRouteTableAssociationResult {
        new_association_id: Some(made),
        association_state: Some(route_table::associated()),
    })
}

/// An association with the table that it is with already stays what it is.
fn decide(turn: &mut Turn<'_>, (id, table_id): (&str, &str)) -> Result<String, ApiError> {
    let (from, with) = route_table::find_association(turn.snapshot, turn.scope(), id)?;
    let to = route_table::find(turn, table_id)?;
    if from.vpc_id != to.vpc_id {
        return Err(route_table::other_network(to, &format!("route table {}", from.id)));
    }
    if from.id == to.id {
        return Ok(id.to_owned());
    }
    if let RouteTableAssociation::Subnet(subnet_id) = with {
        subnet::hold(turn, subnet::find(turn, subnet_id)?);
    }
    let made = format!("rtbassoc-{}", turn.rng.hex(17));
    let changed = route_table::with_association(to, (made.clone(), with.clone()));
    turn.plan.update(from, route_table::without_association(from, id));
    turn.plan.update(to, changed);
    Ok(made)
}
