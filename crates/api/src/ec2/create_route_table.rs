//! `CreateRouteTable`: makes a route table of a VPC, in which only the local route is.

use std::collections::BTreeMap;

use aws_api::ec2::{CreateRouteTableRequest, CreateRouteTableResult, ResourceType};
use model::{RouteTable, Tags};
use wire::ApiError;

use super::{describe, not_idempotent, route_table, tags, vpc};
use crate::client_token::{Seen, TokenRequest};
use crate::{Api, Caller, Turn, default_network};

/// LIMIT: COMPAT: route tables of a VPC ("Amazon VPC quotas").
const PER_VPC_MAX: usize = 200;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateRouteTableRequest,
) -> Result<CreateRouteTableResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let tags = tags::of_new(ResourceType::RouteTable, input.tag_specifications.as_deref())?;
    let token = TokenRequest::new("CreateRouteTable", &input, |rest| rest.client_token.take());
    default_network::ensure(api, caller).await?;
    let made = api
        .transact(caller, |turn| match token.seen(turn) {
            Seen::Done(ids) => again(turn, &ids),
            Seen::Otherwise(_) => Err(not_idempotent()),
            Seen::Never => {
                let made = decide(turn, &input.vpc_id, &tags)?;
                token.remember(turn, vec![made.id.clone()]);
                Ok(route_table::render(turn.snapshot, &made))
            }
        })
        .await?;
    Ok(CreateRouteTableResult { route_table: Some(made), client_token: input.client_token })
}

fn decide(turn: &mut Turn<'_>, vpc_id: &str, tags: &Tags) -> Result<RouteTable, ApiError> {
    let vpc = vpc::find(turn, vpc_id)?;
    let tables = turn.snapshot.route_tables.list(turn.scope());
    if tables.filter(|table| table.vpc_id == vpc_id).count() >= PER_VPC_MAX {
        return Err(ApiError::client(
            "RouteTableLimitExceeded",
            "The maximum number of route tables has been reached.",
        ));
    }
    vpc::hold(turn, vpc);
    let made = RouteTable {
        scope: turn.scope().clone(),
        id: format!("rtb-{}", turn.rng.hex(17)),
        vpc_id: vpc_id.to_owned(),
        routes: BTreeMap::new(),
        associations: BTreeMap::new(),
        tags: tags.clone(),
    };
    turn.plan.insert(made.clone());
    Ok(made)
}

/// The table that was made for a request which is sent again.
fn again(turn: &Turn<'_>, ids: &[String]) -> Result<aws_api::ec2::RouteTable, ApiError> {
    let id = ids.first().map(String::as_str).unwrap_or_default();
    Ok(route_table::render(turn.snapshot, route_table::find(turn, id)?))
}
