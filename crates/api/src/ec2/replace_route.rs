//! `ReplaceRoute`: has a table's route lead to another gateway.

use aws_api::ec2::{ReplaceRouteRequest, ReplaceRouteResponse};
use model::{Cidr, RouteTable};
use wire::ApiError;

use super::route::{self, Wanted};
use super::{describe, route_table};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ReplaceRouteRequest,
) -> Result<ReplaceRouteResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let wanted = Wanted::from(&input);
    wanted.check_supported()?;
    let destination = wanted.destination()?;
    if input.local_target == Some(true) && wanted.has_target() {
        return Err(ApiError::client(
            "InvalidParameterCombination",
            "The request must contain exactly one of gatewayId, natGatewayId and localTarget",
        ));
    }
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        let table = route_table::find(turn, wanted.route_table_id)?;
        if input.local_target == Some(true) {
            return check_local(turn, table, destination);
        }
        route::check_destination(turn, table, destination)?;
        let target = wanted.target(turn, table)?;
        // COMPAT: AWS answers this code here, and another where a route is deleted.
        if !table.routes.contains_key(&destination) {
            return Err(super::invalid(format!(
                "There is no route defined for '{destination}' in the route table. Use \
                 CreateRoute instead."
            )));
        }
        let mut changed = (*table.record).clone();
        changed.routes.insert(destination, target);
        turn.plan.update(table, changed);
        Ok(ReplaceRouteResponse {})
    })
    .await
}

/// COMPAT: `LocalTarget` resets the local route to its default target, which here it always has.
fn check_local(
    turn: &Turn<'_>,
    table: &RouteTable,
    destination: Cidr,
) -> Result<ReplaceRouteResponse, ApiError> {
    if route_table::local_range(turn.snapshot, table) == Some(destination) {
        return Ok(ReplaceRouteResponse {});
    }
    Err(super::invalid(format!(
        "The destination {destination} is not that of the local route of {}",
        table.id
    )))
}
