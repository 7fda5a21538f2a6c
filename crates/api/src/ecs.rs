//! Amazon ECS: the trait's methods, each in a file of its own.

mod cluster;
mod create_cluster;

use aws_api::ecs::{CreateClusterRequest, CreateClusterResponse, Ecs};
use wire::ApiError;

use crate::{Api, Caller};

impl Ecs for Api {
    type Context = Caller;

    async fn create_cluster(
        &self,
        caller: &Caller,
        input: CreateClusterRequest,
    ) -> Result<CreateClusterResponse, ApiError> {
        create_cluster::run(self, caller, input).await
    }
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    aws_api::ecs::errors::unsupported_feature_exception(message)
}
