//! `DescribeCapacityProviders`: `FARGATE` and `FARGATE_SPOT`, which every account has.

use aws_api::ecs::{
    CapacityProvider, CapacityProviderStatus, CapacityProviderType,
    DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse, Failure,
};
use model::Scope;
use wire::ApiError;

use super::listing::{self, Asked};
use super::{capacity, cluster};
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 10" (`DescribeCapacityProviders`).
const RESULTS_MAX: usize = 10;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeCapacityProvidersRequest,
) -> Result<DescribeCapacityProvidersResponse, ApiError> {
    let snapshot = api.snapshot();
    let of_cluster = match &input.cluster {
        None => None,
        Some(given) => Some(cluster::find(&snapshot, &caller.scope, Some(given))?),
    };
    let given = input.capacity_providers.as_deref().unwrap_or_default();
    let is_shown = |name: &str| {
        let is_named = |given: &String| *given == name || *given == arn(&caller.scope, name);
        (given.is_empty() || given.iter().any(is_named))
            && of_cluster.is_none_or(|it| it.capacity_providers.iter().any(|of| of == name))
    };
    let is_known = |given: &&String| {
        capacity::PROVIDERS.iter().any(|name| *given == name || **given == arn(&caller.scope, name))
    };
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let shown = capacity::PROVIDERS.into_iter().filter(|name| is_shown(name));
    let page = listing::page(shown, |name| (*name).to_owned(), asked)?;
    let missing = given.iter().filter(|given| !is_known(given)).map(|given| Failure {
        arn: Some(if given.starts_with("arn:") {
            given.clone()
        } else {
            arn(&caller.scope, given)
        }),
        reason: Some("MISSING".to_owned()),
        detail: None,
    });
    Ok(DescribeCapacityProvidersResponse {
        capacity_providers: Some(
            page.items.into_iter().map(|name| render(&caller.scope, name)).collect(),
        ),
        failures: Some(missing.collect()),
        next_token: page.next_token,
    })
}

fn arn(scope: &Scope, name: &str) -> String {
    scope.arn("ecs", format_args!("capacity-provider/{name}"))
}

fn render(scope: &Scope, name: &str) -> CapacityProvider {
    CapacityProvider {
        capacity_provider_arn: Some(arn(scope, name)),
        name: Some(name.to_owned()),
        status: Some(CapacityProviderStatus::Active),
        tags: Some(Vec::new()),
        r#type: Some(if name == capacity::PROVIDERS[0] {
            CapacityProviderType::Fargate
        } else {
            CapacityProviderType::FargateSpot
        }),
        ..CapacityProvider::default()
    }
}
