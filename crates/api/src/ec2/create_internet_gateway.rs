//! `CreateInternetGateway`: makes a gateway that is attached to no VPC yet.

use aws_api::ec2::{CreateInternetGatewayRequest, CreateInternetGatewayResult, ResourceType};
use model::InternetGateway;
use wire::ApiError;

use super::{describe, internet_gateway, tags};
use crate::{Api, Caller, default_network};

/// LIMIT: COMPAT: internet gateways of a region, as many as VPCs ("Amazon VPC quotas").
const PER_REGION_MAX: usize = 5;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateInternetGatewayRequest,
) -> Result<CreateInternetGatewayResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let tags = tags::of_new(ResourceType::InternetGateway, input.tag_specifications.as_deref())?;
    // The default VPC's counts.
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        if turn.snapshot.internet_gateways.list(turn.scope()).count() >= PER_REGION_MAX {
            return Err(ApiError::client(
                "InternetGatewayLimitExceeded",
                "The maximum number of internet gateways has been reached.",
            ));
        }
        let gateway = InternetGateway {
            scope: turn.scope().clone(),
            id: format!("igw-{}", turn.rng.hex(17)),
            vpc_id: None,
            tags: tags.clone(),
        };
        let shown = internet_gateway::render(&gateway);
        turn.plan.insert(gateway);
        Ok(CreateInternetGatewayResult { internet_gateway: Some(shown) })
    })
    .await
}
