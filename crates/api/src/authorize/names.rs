//! From what a request calls a thing to what its ARN calls it.

mod ec2;
mod ecs;
mod iam;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::principal::Identity;
use model::{Arn, Scope, Snapshot, iam_scope};

use super::scene::Scene;
use super::template::ANY;
use crate::kms::ciphertext::Ciphertext;
use crate::kms::key;
use crate::secretsmanager::find_secret;

/// The text in the way that a template's word says.
///
/// INVARIANT: however an operation lets a thing be named, this is the one name that policies know
/// it by; a second spelling would be a way around them.
pub(super) fn rewritten(scene: &Scene<'_>, word: &str, text: &str) -> String {
    let (snapshot, scope) = (scene.snapshot, scene.scope());
    match word {
        "revision" => ecs::revision(snapshot, scope, text),
        "role" => iam::role(snapshot, scope, text),
        "user" => iam::user(snapshot, scope, text),
        "group" => iam::group(snapshot, scope, text),
        "profile" => iam::profile(snapshot, scope, text),
        "renamed_user" => iam::renamed_user(scene, text),
        "renamed_group" => iam::renamed_group(scene, text),
        "boundary_of_role" => iam::boundary_of_role(snapshot, scope, text),
        "boundary_of_user" => iam::boundary_of_user(snapshot, scope, text),
        "federated" => format!("federated-user/{text}"),
        "tagged" => ec2::tagged(text),
        "security_group" => ec2::security_group(snapshot, scope, text),
        "route_table_of" => ec2::route_table_of(snapshot, scope, text),
        "network_acl_of" => ec2::network_acl_of(snapshot, scope, text),
        "elastic_ip_of" => ec2::elastic_ip_of(snapshot, scope, text),
        "log_group" => log_group(text),
        "deployment_group" => deployment_group(snapshot, scope, text),
        // What is made for a load balancer or listener has its names, and an id of its own.
        "listeners" => below(text, "loadbalancer/", "listener/"),
        "rules" => below(text, "listener/", "listener-rule/"),
        "secret" => secret(snapshot, scope, text),
        "key" => key(snapshot, scope, text),
        "sealed_by" => sealed_by(snapshot, scope, text),
        "parameter" => parameter(scope, text),
        _ => text.to_owned(),
    }
}

/// What an absent member stands for: a user that names none means itself.
pub(super) fn implied(scene: &Scene<'_>, word: &str) -> Option<String> {
    match &scene.caller.principal.identity {
        Identity::User { name, .. } if word == "user" => {
            Some(iam::user(scene.snapshot, scene.scope(), name))
        }
        Identity::Root | Identity::User { .. } | Identity::Role { .. } => None,
    }
}

/// The ARN of a role that may be named without it.
pub(super) fn role_arn(scene: &Scene<'_>, text: &str) -> String {
    if text.starts_with("arn:") {
        return text.to_owned();
    }
    let scope = scene.scope();
    iam_scope(&scope.account).arn("iam", format!("role{}", iam::role(scene.snapshot, scope, text)))
}

/// The ARN of a parameter that may be named by it, in either case with a version or label, which
/// is no part of it.
pub(crate) fn parameter(scope: &Scope, text: &str) -> String {
    let text = text.trim();
    let arn = Arn::parse(text);
    let (scope, name) = match &arn {
        Some(arn) => (&arn.scope, arn.resource.strip_prefix("parameter").unwrap_or(&arn.resource)),
        None => (scope, text),
    };
    let name = name.split(':').next().unwrap_or_default();
    let slash = if name.starts_with('/') { "" } else { "/" };
    scope.arn("ssm", format!("parameter{slash}{name}"))
}

/// The resources of another kind below an ARN of this kind.
fn below(arn: &str, kind: &str, below: &str) -> String {
    let resource = Arn::parse(arn).map(|arn| arn.resource).unwrap_or_default();
    resource.strip_prefix(kind).map_or_else(|| ANY.to_owned(), |name| format!("{below}{name}/*"))
}

/// The ARN of a secret that may be named by its name, or by its ARN without the suffix.
pub(crate) fn secret(snapshot: &Snapshot, scope: &Scope, text: &str) -> String {
    match find_secret(snapshot, scope, text) {
        Some(found) => found.arn(),
        None if text.starts_with("arn:") => text.to_owned(),
        None => scope.arn("secretsmanager", format!("secret:{text}")),
    }
}

/// The ARN of a key that may be named by its id or an alias.
fn key(snapshot: &Snapshot, scope: &Scope, text: &str) -> String {
    match key::find(snapshot, scope, text) {
        Ok(found) => found.arn(),
        Err(_) if text.starts_with("arn:") => text.to_owned(),
        Err(_) => scope.arn("kms", format!("key/{text}")),
    }
}

/// The ARN of the key that sealed a text, which is in base 64.
fn sealed_by(snapshot: &Snapshot, scope: &Scope, text: &str) -> String {
    let bytes = BASE64.decode(text).unwrap_or_default();
    match Ciphertext::parse(&bytes) {
        Some(ciphertext) => key(snapshot, scope, &key::uuid_text(ciphertext.header.key)),
        None => ANY.to_owned(),
    }
}

/// The name of a log group that may be given by its ARN.
fn log_group(text: &str) -> String {
    let name = text.split_once(":log-group:").map_or(text, |(_, name)| name);
    name.split(':').next().unwrap_or_default().to_owned()
}

/// Deployments have no ARN: their group has.
fn deployment_group(snapshot: &Snapshot, scope: &Scope, id: &str) -> String {
    match snapshot.code_deploy_deployments.get(scope, id) {
        Some(found) => format!("deploymentgroup:{}/{}", found.application, found.group),
        None => "deploymentgroup:*".to_owned(),
    }
}
