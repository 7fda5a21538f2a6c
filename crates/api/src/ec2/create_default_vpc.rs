//! `CreateDefaultVpc`: makes a default VPC again where it was deleted.

use aws_api::ec2::{CreateDefaultVpcRequest, CreateDefaultVpcResult};
use model::{Cidr, DefaultVpc};
use wire::ApiError;

use super::{describe, vpc};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateDefaultVpcRequest,
) -> Result<CreateDefaultVpcResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    let cidr = api.vpc_cidr;
    api.transact(caller, |turn| decide(turn, cidr)).await
}

fn decide(turn: &mut Turn<'_>, cidr: Cidr) -> Result<CreateDefaultVpcResult, ApiError> {
    let scope = turn.scope().clone();
    let deleted = turn.snapshot.default_vpcs.get(&scope, DefaultVpc::ID);
    let deleted = deleted.filter(|known| known.vpc_id.is_none()).ok_or_else(|| {
        ApiError::client(
            "DefaultVpcAlreadyExists",
            "A Default VPC already exists for this account in this region.",
        )
    })?;
    vpc::check_count(turn)?;
    let made = planner::network::new_default_network(&scope, cidr, &mut turn.rng);
    let shown = vpc::render(&made.vpc.vpc);
    made.replace_into(deleted, &mut turn.plan);
    Ok(CreateDefaultVpcResult { vpc: Some(shown) })
}
