//! `CreateLogGroup`: makes a log group, which keeps events for ever until told otherwise.

use aws_api::logs::{CreateLogGroupRequest, CreateLogGroupResponse, LogGroupClass};
use observe::GroupKey;
use wire::ApiError;

use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateLogGroupRequest,
) -> Result<CreateLogGroupResponse, ApiError> {
    let is_other_class = !matches!(input.log_group_class, None | Some(LogGroupClass::Standard));
    refuse_given(
        &[
            ("kmsKeyId", input.kms_key_id.is_some()),
            ("logGroupClass other than STANDARD", is_other_class),
            ("deletionProtectionEnabled", input.deletion_protection_enabled == Some(true)),
        ],
        super::unsupported,
    )?;
    let key = GroupKey::new(caller.scope.clone(), input.log_group_name);
    let tags = input.tags.unwrap_or_default();
    api.logs.create_group(key, tags, caller.now).await.map_err(super::refusal)?;
    Ok(CreateLogGroupResponse {})
}
