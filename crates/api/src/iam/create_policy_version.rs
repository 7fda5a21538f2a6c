//! `CreatePolicyVersion`: another document, in force at once if that is asked for.

use aws_api::iam::{
    CreatePolicyVersionRequest, CreatePolicyVersionResponse, PolicyVersion, errors,
};
use model::{IamPolicyVersion, iam_scope};
use wire::ApiError;

use super::{document, policy, quota};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreatePolicyVersionRequest,
) -> Result<CreatePolicyVersionResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = policy::find_own(turn.snapshot, &scope, &input.policy_arn)?;
        document::check_managed(&input.policy_document)?;
        if known.versions.len() >= quota::VERSIONS_MAX {
            return Err(errors::limit_exceeded_exception(format!(
                "A managed policy can have up to {} versions. Before you create a new version, you \
                 must delete an existing version.",
                quota::VERSIONS_MAX
            )));
        }
        let mut next = (*known.record).clone();
        let number = next.next_version;
        let document = input.policy_document.clone();
        let version = IamPolicyVersion { document, created_at: turn.now() };
        next.versions.insert(number, version.clone());
        next.next_version = number + 1;
        next.updated_at = turn.now();
        if input.set_as_default == Some(true) {
            next.default_version = number;
        }
        let shown = policy::render_version((number, &version), next.default_version);
        turn.plan.update(known, next);
        // COMPAT: the document is not told again.
        let shown = PolicyVersion { document: None, ..shown };
        Ok(CreatePolicyVersionResponse { policy_version: Some(shown) })
    })
    .await
}
