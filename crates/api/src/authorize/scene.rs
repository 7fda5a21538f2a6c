//! A request as authorization sees it, and what is known of it by condition keys.
//
// COMPAT: "AWS global condition context keys".

use std::net::IpAddr;

use iam::Context;
use model::principal::Identity;
use model::{Scope, Snapshot};
use wire::{Request, Value};

use super::template::texts;
use crate::Caller;

/// Members that give tags, and where the tags are in them.
pub(super) const TAGS: [(&str, &str); 3] =
    [("tags", "tags"), ("Tags", "Tags"), ("TagSpecifications", "TagSpecifications.Tags")];

/// Members that bind a ciphertext to what it is of.
const ENCRYPTION_CONTEXTS: [&str; 2] = ["EncryptionContext", "SourceEncryptionContext"];

/// One request, decoded and not yet at work.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) caller: &'a Caller,
    pub(super) asked: &'a Request<'a>,
    pub(super) input: &'a Value,
}

impl Scene<'_> {
    pub(super) fn scope(&self) -> &Scope {
        &self.caller.scope
    }

    /// The keys of the caller, of the connection, and of the tags that the input gives.
    pub(super) fn context(&self) -> Context {
        let mut context = of_caller(self.caller, self.snapshot);
        self.add_tags(&mut context);
        self.add_encryption_context(&mut context);
        context
    }

    /// Whether the input has tags for what is made of it.
    pub(super) fn gives_tags(&self) -> bool {
        !self.tags().is_empty()
    }

    /// `aws:RequestTag` and `aws:TagKeys`.
    fn add_tags(&self, context: &mut Context) {
        let mut keys = Vec::new();
        for (key, value) in self.tags() {
            context.set(&format!("aws:RequestTag/{key}"), vec![value]);
            keys.push(key);
        }
        for member in ["tagKeys", "TagKeys"] {
            keys.extend(texts(self.asked.operation.input.schema, self.input, member));
        }
        if !keys.is_empty() {
            context.set("aws:TagKeys", keys);
        }
    }

    /// `kms:EncryptionContext` and its keys ("AWS KMS condition keys").
    fn add_encryption_context(&self, context: &mut Context) {
        let Value::Structure(members) = self.input else { return };
        let members = self.asked.operation.input.schema.members().iter().zip(members);
        for (member, given) in members {
            let Value::Map(pairs) = given else { continue };
            if !ENCRYPTION_CONTEXTS.contains(&member.name) {
                continue;
            }
            for (key, value) in pairs {
                if let Value::String(value) = value {
                    context.set(&format!("kms:EncryptionContext:{key}"), vec![value.clone()]);
                }
            }
            let keys = pairs.iter().map(|(key, _)| key.clone()).collect();
            context.set("kms:EncryptionContextKeys", keys);
        }
    }

    /// The tags that the input gives, in the ways in which services write them.
    fn tags(&self) -> Vec<(String, String)> {
        let schema = self.asked.operation.input.schema;
        let Value::Structure(members) = self.input else { return Vec::new() };
        let mut tags = Vec::new();
        for (member, given) in schema.members().iter().zip(members) {
            let Some((_, path)) = TAGS.iter().find(|(name, _)| *name == member.name) else {
                continue;
            };
            if let Value::Map(pairs) = given {
                let text = |(key, value): &(String, Value)| match value {
                    Value::String(value) => Some((key.clone(), value.clone())),
                    _ => None,
                };
                tags.extend(pairs.iter().filter_map(text));
            }
            for (key, value) in [("key", "value"), ("Key", "Value"), ("TagKey", "TagValue")] {
                let keys = texts(schema, self.input, &format!("{path}.{key}"));
                let values = texts(schema, self.input, &format!("{path}.{value}"));
                tags.extend(keys.into_iter().zip(values));
            }
        }
        tags
    }
}

/// What is known of any request of a caller.
pub(super) fn of_caller(caller: &Caller, snapshot: &Snapshot) -> Context {
    let principal = &*caller.principal;
    let mut context = Context::default();
    let mut set = |key: &str, value: String| context.set(key, vec![value]);
    set("aws:PrincipalArn", principal.role_arn().unwrap_or_else(|| principal.arn()));
    set("aws:PrincipalAccount", principal.account.clone());
    set("kms:CallerAccount", principal.account.clone());
    set("aws:userid", principal.user_id());
    set("aws:PrincipalIsAWSService", "false".to_owned());
    set("aws:ViaAWSService", "false".to_owned());
    set("aws:SecureTransport", "false".to_owned());
    set("aws:RequestedRegion", caller.scope.region.clone());
    set("aws:CurrentTime", wire::to_iso8601(caller.now));
    set("aws:EpochTime", caller.now.as_millis().div_euclid(1000).to_string());
    set("aws:SourceIp", caller.source_ip.to_string());
    if let Some(user_agent) = &caller.user_agent {
        set("aws:UserAgent", user_agent.clone());
    }
    if let Some(vpc) = source_vpc(caller, snapshot) {
        set("aws:SourceVpc", vpc);
        set("aws:VpcSourceIp", caller.source_ip.to_string());
    }
    match &principal.identity {
        Identity::Root => set("aws:PrincipalType", "Account".to_owned()),
        Identity::User { name, .. } => {
            set("aws:PrincipalType", "User".to_owned());
            set("aws:username", name.clone());
        }
        Identity::Role { .. } => set("aws:PrincipalType", "AssumedRole".to_owned()),
    }
    if let Some(session) = &principal.session {
        set("aws:TokenIssueTime", wire::to_iso8601(session.issued_at));
        set("aws:MultiFactorAuthPresent", "false".to_owned());
        if let Some(identity) = &session.source_identity {
            set("aws:SourceIdentity", identity.clone());
        }
    }
    for (key, value) in super::policies::principal_tags(snapshot, principal) {
        context.set(&format!("aws:PrincipalTag/{key}"), vec![value]);
    }
    context
}

/// The VPC of the interface that the request came from.
fn source_vpc(caller: &Caller, snapshot: &Snapshot) -> Option<String> {
    let IpAddr::V4(address) = caller.source_ip else { return None };
    if address.is_loopback() {
        return None;
    }
    let vpcs = snapshot.vpcs.all().filter(|vpc| vpc.cidr.contains(address));
    let mut interfaces = vpcs
        .filter_map(|vpc| snapshot.interfaces.get(&vpc.scope, &format!("{}/{address}", vpc.id)));
    interfaces.next().map(|interface| interface.vpc_id.clone())
}
