//! Instance profiles: how the API shows them.

use aws_api::iam;
use model::{InstanceProfile, Snapshot, iam_scope};

use super::{View, find, role, tags};

pub(super) fn render(
    snapshot: &Snapshot,
    profile: &InstanceProfile,
    view: View,
) -> iam::InstanceProfile {
    let scope = iam_scope(&profile.account);
    let roles = profile.role.iter().filter_map(|name| find::role(snapshot, &scope, name).ok());
    iam::InstanceProfile {
        path: Some(profile.path.clone()),
        instance_profile_name: Some(profile.name.clone()),
        instance_profile_id: Some(profile.id.clone()),
        arn: Some(profile.arn()),
        create_date: Some(profile.created_at),
        roles: Some(roles.map(|one| role::render(one, View::Listed)).collect()),
        tags: (view == View::Whole).then(|| tags::render(&profile.tags)),
    }
}
