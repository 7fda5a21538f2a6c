//! `DeleteRoute`: takes a route out of a table.

use aws_api::ec2::{DeleteRouteRequest, DeleteRouteResponse};
use model::Cidr;
use wire::ApiError;

use super::{describe, route, route_table, unsupported};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRouteRequest,
) -> Result<DeleteRouteResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    refuse_given(
        &[
            ("DestinationIpv6CidrBlock", input.destination_ipv6_cidr_block.is_some()),
            ("DestinationPrefixListId", input.destination_prefix_list_id.is_some()),
        ],
        unsupported,
    )?;
    let destination = route::destination(input.destination_cidr_block.as_deref())?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input.route_table_id, destination)).await
}

fn decide(
    turn: &mut Turn<'_>,
    table_id: &str,
    destination: Cidr,
) -> Result<DeleteRouteResponse, ApiError> {
    let table = route_table::find(turn, table_id)?;
    if route_table::local_range(turn.snapshot, table) == Some(destination) {
        return Err(super::invalid(format!(
            "cannot remove local route {destination} in route table {table_id}"
        )));
    }
    let mut changed = (*table.record).clone();
    if changed.routes.remove(&destination).is_none() {
        return Err(ApiError::client(
            "InvalidRoute.NotFound",
            format!("no route with destination-cidr-block {destination} in route table {table_id}"),
        ));
    }
    turn.plan.update(table, changed);
    Ok(DeleteRouteResponse {})
}
