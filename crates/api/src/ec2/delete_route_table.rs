//! `DeleteRouteTable`: a table that no subnet has, and that is not the main one.

use aws_api::ec2::{DeleteRouteTableRequest, DeleteRouteTableResponse};
use wire::ApiError;

use super::{describe, route_table};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRouteTableRequest,
) -> Result<DeleteRouteTableResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        let known = route_table::find(turn, &input.route_table_id)?;
        if !known.associations.is_empty() {
            return Err(describe::has_dependencies("routeTable", &known.id));
        }
        turn.plan.delete(known);
        Ok(DeleteRouteTableResponse {})
    })
    .await
}
