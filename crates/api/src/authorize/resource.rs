//! What is known of a resource: the policy that it has itself, and its tags.

use iam::{Context, PolicyKind, ResourceRule};
use model::{Arn, Snapshot, Tags, iam_scope};
use observe::{GroupKey, Logs};

use crate::secretsmanager::find_secret;
use crate::{ec2, ecs, elbv2, role};

/// A policy of a resource's own, and whether nothing is allowed without it.
#[derive(Clone, Debug)]
pub(crate) struct ResourcePolicy {
    pub(crate) kind: PolicyKind,
    pub(crate) text: String,
    pub(crate) rule: ResourceRule,
}

/// Of a role that is to be assumed, its trust policy; of a key, its key policy.
pub(super) fn policy(snapshot: &Snapshot, action: &str, arn: &Arn) -> Option<ResourcePolicy> {
    match arn.service.as_str() {
        "iam" if action.starts_with("sts:") => {
            let role = role::find(snapshot, &arn.scope.arn("iam", &arn.resource))?;
            Some(ResourcePolicy {
                kind: PolicyKind::Trust,
                text: role.trust_policy.clone(),
                rule: ResourceRule::HasToAllow,
            })
        }
        "kms" => {
            let id = arn.resource.strip_prefix("key/")?;
            let key = snapshot.kms_keys.get(&arn.scope, id)?;
            let (kind, text) = (PolicyKind::Resource, key.policy.clone());
            Some(ResourcePolicy { kind, text, rule: ResourceRule::HasToAllow })
        }
        "secretsmanager" => {
            let secret =
                find_secret(snapshot, &arn.scope, &arn.scope.arn(&arn.service, &arn.resource))?;
            let (kind, text) = (PolicyKind::Resource, secret.resource_policy.clone()?);
            Some(ResourcePolicy { kind, text, rule: ResourceRule::MayAllow })
        }
        _ => None,
    }
}

/// `aws:ResourceTag`, and the same by the service's own name.
pub(super) fn add_tags(context: &mut Context, known: (&Snapshot, &Logs), arn: Option<&Arn>) {
    let Some(arn) = arn else { return };
    let service = arn.service.as_str();
    for (key, value) in tags(known, arn) {
        context.set(&format!("{service}:ResourceTag/{key}"), vec![value.clone()]);
        context.set(&format!("aws:ResourceTag/{key}"), vec![value]);
    }
}

/// The tags of a resource; none of what is not known.
fn tags((snapshot, logs): (&Snapshot, &Logs), arn: &Arn) -> Tags {
    let whole = || arn.scope.arn(&arn.service, &arn.resource);
    let found = match arn.service.as_str() {
        "cloudwatch" => {
            let name = arn.resource.strip_prefix("alarm:").unwrap_or_default();
            snapshot.alarms.get(&arn.scope, name).map(|it| it.tags.clone())
        }
        "ec2" => {
            let id = arn.resource.split_once('/').map_or("", |(_, id)| id);
            ec2::tags_of(snapshot, &arn.scope, id)
        }
        "ecs" => ecs::tags_of(snapshot, &arn.scope, &whole()),
        "elasticloadbalancing" => elbv2::tags_of(snapshot, &arn.scope, &whole()),
        "iam" => iam_tags(snapshot, arn),
        "kms" => {
            let id = arn.resource.strip_prefix("key/").unwrap_or_default();
            snapshot.kms_keys.get(&arn.scope, id).map(|it| it.tags.clone())
        }
        "logs" => {
            let rest = arn.resource.strip_prefix("log-group:").unwrap_or_default();
            let name = rest.split_once(':').map_or(rest, |(name, _)| name);
            logs.tags_of_group(&GroupKey::new(arn.scope.clone(), name))
        }
        "secretsmanager" => find_secret(snapshot, &arn.scope, &whole()).map(|it| it.tags.clone()),
        "ssm" => {
            let name = arn.resource.strip_prefix("parameter").unwrap_or_default();
            let found = snapshot.parameters.get(&arn.scope, name);
            let found =
                found.or_else(|| snapshot.parameters.get(&arn.scope, name.trim_start_matches('/')));
            found.map(|it| it.tags.clone())
        }
        _ => None,
    };
    found.unwrap_or_default()
}

fn iam_tags(snapshot: &Snapshot, arn: &Arn) -> Option<Tags> {
    let scope = iam_scope(&arn.scope.account);
    let (kind, path) = arn.resource.split_once('/')?;
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    match kind {
        "instance-profile" => {
            snapshot.instance_profiles.get(&scope, &name).map(|it| it.tags.clone())
        }
        "role" => snapshot.iam_roles.get(&scope, &name).map(|it| it.tags.clone()),
        "user" => snapshot.iam_users.get(&scope, &name).map(|it| it.tags.clone()),
        "policy" => {
            let whole = scope.arn("iam", &arn.resource);
            snapshot.iam_policy(&whole).map(|it| it.tags.clone())
        }
        _ => None,
    }
}
