//! From what a request calls a thing to what its ARN calls it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{Arn, Scope, Snapshot, iam_scope};

use super::scene::Scene;
use super::template::ANY;
use crate::kms::ciphertext::Ciphertext;
use crate::kms::key;
use crate::secretsmanager::find_secret;

/// The text in the way that a template's word says.
pub(super) fn rewritten(scene: &Scene<'_>, word: &str, text: &str) -> String {
    let (snapshot, scope) = (scene.snapshot, scene.scope());
    match word {
        "revision" => revision(snapshot, scope, text),
        "role" => with_path(role_path(snapshot, scope, text), text),
        "user" => with_path(user_path(snapshot, scope, text), text),
        "group" => {
            let group = snapshot.iam_groups.get(&iam_scope(&scope.account), &lower(text));
            with_path(group.map(|group| group.path.clone()), text)
        }
        "profile" => {
            let id = lower(text);
            let profile = snapshot.instance_profiles.get(&iam_scope(&scope.account), &id);
            with_path(profile.map(|profile| profile.path.clone()), text)
        }
        "federated" => format!("federated-user/{text}"),
        "tagged" => tagged(text),
        "log_group" => log_group(text),
        "deployment_group" => deployment_group(snapshot, scope, text),
        // What is made for a load balancer or listener has its names, and an id of its own.
        "listeners" => below(text, "loadbalancer/", "listener/"),
        "rules" => below(text, "listener/", "listener-rule/"),
        "secret" => secret(snapshot, scope, text),
        "key" => key(snapshot, scope, text),
        "sealed_by" => sealed_by(snapshot, scope, text),
        "parameter" if text.starts_with("arn:") => text.to_owned(),
        // A name's version or label is no part of its ARN.
        "parameter" => {
            let name = text.split(':').next().unwrap_or_default();
            if name.starts_with('/') { name.to_owned() } else { format!("/{name}") }
        }
        _ => text.to_owned(),
    }
}

/// The ARN of a role that may be named without it.
pub(super) fn role_arn(scene: &Scene<'_>, text: &str) -> String {
    if text.starts_with("arn:") {
        return text.to_owned();
    }
    let scope = scene.scope();
    let name = with_path(role_path(scene.snapshot, scope, text), text);
    iam_scope(&scope.account).arn("iam", format!("role{name}"))
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

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn with_path(path: Option<String>, name: &str) -> String {
    format!("{}{name}", path.unwrap_or_else(|| "/".to_owned()))
}

fn role_path(snapshot: &Snapshot, scope: &Scope, name: &str) -> Option<String> {
    let role = snapshot.iam_roles.get(&iam_scope(&scope.account), &lower(name));
    role.map(|role| role.path.clone())
}

fn user_path(snapshot: &Snapshot, scope: &Scope, name: &str) -> Option<String> {
    let user = snapshot.iam_users.get(&iam_scope(&scope.account), &lower(name));
    user.map(|user| user.path.clone())
}

/// A task definition with its revision: of a family alone, the latest.
fn revision(snapshot: &Snapshot, scope: &Scope, text: &str) -> String {
    if text.contains(':') {
        return text.to_owned();
    }
    let latest = snapshot.task_definitions.list_under(scope, &format!("{text}:")).last();
    match latest {
        Some(latest) => format!("{text}:{}", latest.revision),
        None => format!("{text}:*"),
    }
}

/// A resource's id with its kind before it, which the id begins with in short.
fn tagged(id: &str) -> String {
    let kind = match id.rsplit_once('-').map_or(id, |(kind, _)| kind) {
        "acl" => "network-acl",
        "eipalloc" => "elastic-ip",
        "eni" => "network-interface",
        "igw" => "internet-gateway",
        "nat" => "natgateway",
        "pl" => "prefix-list",
        "rtb" => "route-table",
        "sg" => "security-group",
        "sgr" => "security-group-rule",
        "subnet" => "subnet",
        "vpc" => "vpc",
        _ => "*",
    };
    format!("{kind}/{id}")
}

/// The name of a log group that may be given by its ARN.
fn log_group(text: &str) -> String {
    let name = text.split_once(":log-group:").map_or(text, |(_, name)| name);
    name.trim_end_matches(":*").to_owned()
}

/// Deployments have no ARN: their group has.
fn deployment_group(snapshot: &Snapshot, scope: &Scope, id: &str) -> String {
    match snapshot.code_deploy_deployments.get(scope, id) {
        Some(found) => format!("deploymentgroup:{}/{}", found.application, found.group),
        None => "deploymentgroup:*".to_owned(),
    }
}
