//! `CreateServiceLinkedRole`: the role that a service has for itself.

use aws_api::iam::{CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse, errors};
use model::{IamRole, Tags, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id};
use super::{View, quota, role, service_linked};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateServiceLinkedRoleRequest,
) -> Result<CreateServiceLinkedRoleResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let linked = service_linked::find(&input.aws_service_name)?;
        if input.custom_suffix.is_some() {
            return Err(errors::invalid_input_exception(format!(
                "Custom suffix is not allowed for {}",
                linked.service
            )));
        }
        let known = turn.snapshot.iam_roles.get(&scope, &linked.role_name.to_ascii_lowercase());
        if known.is_some() {
            return Err(errors::invalid_input_exception(format!(
                "Service role name {} has been taken in this account, please try a different \
                 suffix.",
                linked.role_name
            )));
        }
        let count = turn.snapshot.iam_roles.list(&scope).count();
        quota::check(count, ("RolesPerAccount", quota::ROLES_MAX))?;
        let made = IamRole {
            account: scope.account.clone(),
            name: linked.role_name.to_owned(),
            path: linked.path(),
            id: new_id(IdOf::Role),
            description: Some(input.description.clone().unwrap_or_else(|| linked.description())),
            trust_policy: linked.trust_policy(),
            policies: linked.policies(),
            permissions_boundary: None,
            max_session_secs: role::MAX_SESSION_SECS_DEFAULT,
            service_linked: Some(linked.service.to_owned()),
            tags: Tags::new(),
            created_at: turn.now(),
        };
        let shown = role::render(&made, View::Whole);
        turn.plan.insert(made);
        Ok(CreateServiceLinkedRoleResponse { role: Some(shown) })
    })
    .await
}
