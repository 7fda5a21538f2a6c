//! `GetPolicyVersion`: one version of a managed policy, with its document.

use aws_api::iam::{GetPolicyVersionRequest, GetPolicyVersionResponse};
use model::iam_scope;
use wire::ApiError;

use super::policy;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetPolicyVersionRequest,
) -> Result<GetPolicyVersionResponse, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let found = policy::find(&snapshot, &scope, &input.policy_arn)?;
    let number = policy::version_number(&input.policy_arn, &input.version_id)?;
    let version = found.versions().into_iter().find(|(known, _)| *known == number);
    let missing = || policy::missing_version(&input.policy_arn, &input.version_id);
    let (_, version) = version.ok_or_else(missing)?;
    Ok(GetPolicyVersionResponse { policy_version: Some(version) })
}
