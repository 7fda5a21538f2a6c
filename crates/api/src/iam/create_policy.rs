//! `CreatePolicy`: a managed policy in its first version.

use std::collections::BTreeMap;

use aws_api::iam::{CreatePolicyRequest, CreatePolicyResponse, errors};
use model::{IamPolicy, IamPolicyVersion, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id};
use super::usage::Counts;
use super::{View, document, path, policy, quota, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreatePolicyRequest,
) -> Result<CreatePolicyResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let name = &input.policy_name;
        // COMPAT: names are unique whatever the path, and whatever the case.
        let known = turn.snapshot.iam_policies.get(&scope, &name.to_ascii_lowercase());
        if known.is_some() {
            return Err(errors::entity_already_exists_exception(format!(
                "A policy called {name} already exists. Duplicate names are not allowed."
            )));
        }
        let count = turn.snapshot.iam_policies.list(&scope).count();
        quota::check(count, ("PoliciesPerAccount", quota::POLICIES_MAX))?;
        document::check_managed(&input.policy_document)?;
        let now = turn.now();
        let first = IamPolicyVersion { document: input.policy_document.clone(), created_at: now };
        let made = IamPolicy {
            account: scope.account.clone(),
            name: name.clone(),
            path: path(input.path.as_ref()),
            id: new_id(IdOf::Policy),
            description: input.description.clone(),
            versions: BTreeMap::from([(1, first)]),
            default_version: 1,
            next_version: 2,
            tags: tags::parse(input.tags.as_deref())?,
            created_at: now,
            updated_at: now,
        };
        let shown = policy::render_own(&made, Counts::default(), View::Whole);
        turn.plan.insert(made);
        Ok(CreatePolicyResponse { policy: Some(shown) })
    })
    .await
}
