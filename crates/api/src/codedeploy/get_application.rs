//! `GetApplication`.

use aws_api::codedeploy::{self, GetApplicationInput, GetApplicationOutput};
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetApplicationInput,
) -> Result<GetApplicationOutput, ApiError> {
    let snapshot = api.snapshot();
    let known = find::application(&snapshot, &caller.scope, &input.application_name)?;
    let application = codedeploy::ApplicationInfo {
        application_id: Some(known.id.clone()),
        application_name: Some(known.name.clone()),
        create_time: Some(known.created_at),
        linked_to_git_hub: Some(false),
        compute_platform: Some(codedeploy::ComputePlatform::Ecs),
        ..codedeploy::ApplicationInfo::default()
    };
    Ok(GetApplicationOutput { application: Some(application) })
}
