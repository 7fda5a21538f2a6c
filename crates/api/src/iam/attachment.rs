//! Managed policies and what they are attached to.

use aws_api::iam;
use model::{IamPolicies, Snapshot, iam_scope};
use wire::ApiError;

use super::holder::Holder;
use super::listing::{self, Asked, Listed};
use super::policy::{self, Managed};
use super::quota;
use crate::{Api, Caller};

/// Attaches a policy; one that is attached already stays so.
pub(super) async fn attach<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, arn): (String, String),
) -> Result<(), ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = H::find(turn.snapshot, &scope, &holder)?;
        known.check_modifiable()?;
        let found = policy::attachable(turn.snapshot, &scope, &arn)?;
        let mut policies = known.policies().clone();
        if !policies.attached.insert(arn.clone()) {
            return Ok(());
        }
        if policies.attached.len() > quota::ATTACHED_MAX {
            return Err(quota::exceeded(H::ATTACHED_QUOTA, quota::ATTACHED_MAX));
        }
        found.hold(turn);
        turn.plan.update(known, known.with_policies(policies));
        Ok(())
    })
    .await
}

pub(super) async fn detach<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, arn): (String, String),
) -> Result<(), ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = H::find(turn.snapshot, &scope, &holder)?;
        known.check_modifiable()?;
        policy::check_arn(&arn)?;
        let mut policies = known.policies().clone();
        if !policies.attached.remove(&arn) {
            return Err(policy::missing(&arn));
        }
        turn.plan.update(known, known.with_policies(policies));
        Ok(())
    })
    .await
}

/// The policies that are attached to whom `holder` names, below a path.
pub(super) fn list<H: Holder>(
    api: &Api,
    caller: &Caller,
    (holder, path_prefix, asked): (&str, Option<&String>, Asked<'_>),
) -> Result<Listed<iam::AttachedPolicy>, ApiError> {
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = H::find(&snapshot, &scope, holder)?;
    let attached = known.policies().attached.iter();
    let attached = attached.filter_map(|arn| policy::get(&snapshot, &scope, arn));
    let mut below: Vec<Managed<'_>> =
        attached.filter(|one| listing::is_below(one.path(), path_prefix)).collect();
    below.sort_by_key(Managed::order);
    Ok(listing::page(below, Managed::order, asked)?.map(render_one))
}

/// All of them, as `GetAccountAuthorizationDetails` shows them.
pub(super) fn render(
    snapshot: &Snapshot,
    account: &str,
    policies: &IamPolicies,
) -> Vec<iam::AttachedPolicy> {
    let scope = iam_scope(account);
    let attached = policies.attached.iter();
    attached.filter_map(|arn| policy::get(snapshot, &scope, arn)).map(render_one).collect()
}

fn render_one(policy: Managed<'_>) -> iam::AttachedPolicy {
    iam::AttachedPolicy {
        policy_name: Some(policy.name().to_owned()),
        policy_arn: Some(policy.arn()),
    }
}
