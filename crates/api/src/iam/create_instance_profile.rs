//! `CreateInstanceProfile`: an instance profile without a role.

use aws_api::iam::{CreateInstanceProfileRequest, CreateInstanceProfileResponse, errors};
use model::{InstanceProfile, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id};
use super::{View, instance_profile, path, quota, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateInstanceProfileRequest,
) -> Result<CreateInstanceProfileResponse, ApiError> {
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let name = &input.instance_profile_name;
        let known = turn.snapshot.instance_profiles.get(&scope, &name.to_ascii_lowercase());
        if let Some(known) = known {
            return Err(errors::entity_already_exists_exception(format!(
                "Instance Profile {} already exists.",
                known.name
            )));
        }
        let count = turn.snapshot.instance_profiles.list(&scope).count();
        quota::check(count, ("InstanceProfilesPerAccount", quota::INSTANCE_PROFILES_MAX))?;
        let made = InstanceProfile {
            account: scope.account.clone(),
            name: name.clone(),
            path: path(input.path.as_ref()),
            id: new_id(IdOf::InstanceProfile),
            role: None,
            tags: tags::parse(input.tags.as_deref())?,
            created_at: turn.now(),
        };
        let shown = instance_profile::render(turn.snapshot, &made, View::Whole);
        turn.plan.insert(made);
        Ok(CreateInstanceProfileResponse { instance_profile: Some(shown) })
    })
    .await
}
