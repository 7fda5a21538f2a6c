//! `CreateApplication`: a name for deployment groups to stand under.

use aws_api::codedeploy::{self, CreateApplicationInput, CreateApplicationOutput, errors};
use model::CodeDeployApplication;
use wire::ApiError;

use super::new_id;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateApplicationInput,
) -> Result<CreateApplicationOutput, ApiError> {
    match input.compute_platform {
        Some(codedeploy::ComputePlatform::Ecs) => {}
        None | Some(codedeploy::ComputePlatform::Server | codedeploy::ComputePlatform::Lambda) => {
            return Err(errors::invalid_compute_platform_exception(
                "a `computePlatform` other than ECS is not supported by Longshore yet",
            ));
        }
    }
    if input.tags.is_some_and(|tags| !tags.is_empty()) {
        return Err(errors::invalid_tags_to_add_exception(
            "`tags` is not supported by Longshore yet",
        ));
    }
    let name = &input.application_name;
    api.transact(caller, |turn| {
        if turn.snapshot.code_deploy_applications.get(turn.scope(), name).is_some() {
            return Err(errors::application_already_exists_exception(format!(
                "Application already exists: {name}"
            )));
        }
        let made = CodeDeployApplication {
            scope: turn.scope().clone(),
            name: name.clone(),
            id: new_id(&mut turn.rng),
            created_at: turn.now(),
        };
        let id = Some(made.id.clone());
        turn.plan.insert(made);
        Ok(CreateApplicationOutput { application_id: id })
    })
    .await
}
