//! `DeleteApplication`: an application and its groups go; what they began goes on.

use aws_api::codedeploy::{DeleteApplicationInput, DeleteApplicationResponse};
use wire::ApiError;

use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteApplicationInput,
) -> Result<DeleteApplicationResponse, ApiError> {
    let name = &input.application_name;
    api.transact(caller, |turn| {
        // COMPAT: what is not there is deleted already.
        let scope = turn.scope().clone();
        if let Some(known) = turn.snapshot.code_deploy_applications.get(&scope, name) {
            turn.plan.delete(known);
        }
        let groups = turn.snapshot.code_deploy_groups.list_under(&scope, &format!("{name}/"));
        for group in groups {
            turn.plan.delete(group);
        }
        Ok(DeleteApplicationResponse::default())
    })
    .await
}
