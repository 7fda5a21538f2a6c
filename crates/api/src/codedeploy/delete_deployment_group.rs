//! `DeleteDeploymentGroup`: a group goes; what it began goes on.

use aws_api::codedeploy::{DeleteDeploymentGroupInput, DeleteDeploymentGroupOutput};
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteDeploymentGroupInput,
) -> Result<DeleteDeploymentGroupOutput, ApiError> {
    let id = format!("{}/{}", input.application_name, input.deployment_group_name);
    api.transact(caller, |turn| {
        // COMPAT: what is not there is deleted already.
        if let Some(known) = turn.snapshot.code_deploy_groups.get(turn.scope(), &id) {
            turn.plan.delete(known);
        }
        Ok(DeleteDeploymentGroupOutput { hooks_not_cleaned_up: Some(Vec::new()) })
    })
    .await
}
