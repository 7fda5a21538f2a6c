//! Inline policies: documents that are part of a user, group or role.

use ::iam::PolicyKind;
use aws_api::iam::{self, errors};
use model::{IamPolicies, iam_scope};
use wire::ApiError;

use super::document;
use super::holder::Holder;
use super::listing::{self, Asked, Listed};
use crate::{Api, Caller};

/// Adds a policy to whom `holder` names, or replaces the one of that name.
pub(super) async fn put<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, policy, text): (String, String, String),
) -> Result<(), ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = H::find(turn.snapshot, &scope, &holder)?;
        known.check_modifiable()?;
        document::parse(&text, PolicyKind::Identity)?;
        let mut policies = known.policies().clone();
        policies.inline.insert(policy.clone(), text.clone());
        let size: usize = policies.inline.values().map(|text| document::size(text)).sum();
        if size > H::INLINE_MAX {
            return Err(errors::limit_exceeded_exception(format!(
                "Maximum policy size of {} bytes exceeded for {} {holder}",
                H::INLINE_MAX,
                H::WORD
            )));
        }
        turn.plan.update(known, known.with_policies(policies));
        Ok(())
    })
    .await
}

pub(super) async fn delete<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, policy): (String, String),
) -> Result<(), ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = H::find(turn.snapshot, &scope, &holder)?;
        known.check_modifiable()?;
        let mut policies = known.policies().clone();
        policies.inline.remove(&policy).ok_or_else(|| missing::<H>(&policy))?;
        turn.plan.update(known, known.with_policies(policies));
        Ok(())
    })
    .await
}

/// The document as it is shown.
pub(super) fn get<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, policy): (&str, &str),
) -> Result<String, ApiError> {
    let snapshot = api.snapshot();
    let known = H::find(&snapshot, &iam_scope(&caller.scope.account), holder)?;
    let found = known.policies().inline.get(policy).ok_or_else(|| missing::<H>(policy))?;
    Ok(document::encoded(found))
}

/// The policies' names.
pub(super) fn names<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, asked): (&str, Asked<'_>),
) -> Result<Listed<String>, ApiError> {
    let snapshot = api.snapshot();
    let known = H::find(&snapshot, &iam_scope(&caller.scope.account), holder)?;
    listing::page(known.policies().inline.keys().cloned(), String::clone, asked)
}

/// All of them, as `GetAccountAuthorizationDetails` shows them.
pub(super) fn render(policies: &IamPolicies) -> Vec<iam::PolicyDetail> {
    let detail = |(name, text): (&String, &String)| iam::PolicyDetail {
        policy_name: Some(name.clone()),
        policy_document: Some(document::encoded(text)),
    };
    policies.inline.iter().map(detail).collect()
}

fn missing<H: Holder>(policy: &str) -> ApiError {
    errors::no_such_entity_exception(format!(
        "The {} policy with name {policy} cannot be found.",
        H::WORD
    ))
}
