//! `CreateRole`: a role that its trust policy lets be assumed.

use aws_api::iam::{CreateRoleRequest, CreateRoleResponse, errors};
use model::{IamPolicies, IamRole, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id};
use super::{View, path, policy, quota, role, tags, trust};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateRoleRequest,
) -> Result<CreateRoleResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let name = &input.role_name;
        if let Some(known) = turn.snapshot.iam_roles.get(&scope, &name.to_ascii_lowercase()) {
            return Err(role::exists(&known.name));
        }
        let count = turn.snapshot.iam_roles.list(&scope).count();
        quota::check(count, ("RolesPerAccount", quota::ROLES_MAX))?;
        let path = path(input.path.as_ref());
        if path.starts_with(role::SERVICE_LINKED_PATH) {
            return Err(errors::invalid_input_exception(format!(
                "The path {} is for service-linked roles: use CreateServiceLinkedRole.",
                role::SERVICE_LINKED_PATH
            )));
        }
        trust::check(turn.snapshot, &scope, &input.assume_role_policy_document)?;
        if let Some(arn) = &input.permissions_boundary {
            policy::hold_boundary(turn, &scope, arn)?;
        }
        let made = IamRole {
            account: scope.account.clone(),
            name: name.clone(),
            path,
            id: new_id(IdOf::Role),
            description: input.description.clone(),
            trust_policy: input.assume_role_policy_document.clone(),
            policies: IamPolicies::default(),
            permissions_boundary: input.permissions_boundary.clone(),
            max_session_secs: role::max_session_secs(input.max_session_duration),
            service_linked: None,
            tags: tags::parse(input.tags.as_deref())?,
            created_at: turn.now(),
        };
        let shown = role::render(&made, View::Whole);
        turn.plan.insert(made);
        Ok(CreateRoleResponse { role: Some(shown) })
    })
    .await
}
