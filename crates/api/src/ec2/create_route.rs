//! `CreateRoute`: adds a route to a gateway to a table.

use aws_api::ec2::{CreateRouteRequest, CreateRouteResult};
use model::Cidr;
use wire::ApiError;

use super::route::{self, Wanted};
use super::{describe, route_table};
use crate::{Api, Caller, Turn, default_network};

/// LIMIT: COMPAT: routes of a table besides the local one ("Amazon VPC quotas").
const PER_TABLE_MAX: usize = 50;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateRouteRequest,
) -> Result<CreateRouteResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let wanted = Wanted::from(&input);
    wanted.check_supported()?;
    let destination = wanted.destination()?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &wanted, destination)).await
}

fn decide(
    turn: &mut Turn<'_>,
    wanted: &Wanted<'_>,
    destination: Cidr,
) -> Result<CreateRouteResult, ApiError> {
    let table = route_table::find(turn, wanted.route_table_id)?;
    route::check_destination(turn, table, destination)?;
    let target = wanted.target(turn, table)?;
    if table.routes.contains_key(&destination) {
        return Err(ApiError::client(
            "RouteAlreadyExists",
            format!("The route identified by {destination} already exists."),
        ));
    }
    if table.routes.len() >= PER_TABLE_MAX {
        return Err(ApiError::client(
            "RouteLimitExceeded",
            format!("The maximum number of routes has been reached in {}.", table.id),
        ));
    }
    let mut changed = (*table.record).clone();
    changed.routes.insert(destination, target);
    turn.plan.update(table, changed);
    Ok(CreateRouteResult { r#return: Some(true) })
}
