//! ARNs and values by templates over an operation's input.
//!
//! `ecs:task/{cluster=default}/{tasks}` is an ARN of the caller's account and region with the
//! input's members in it. A member may be a list, which gives an ARN for each element; a path,
//! `overrides.taskRoleArn`; one of several, `GroupId+GroupName`; absent, with what stands for it
//! after `=`; or be written otherwise by a word after `|`. A last member that is an ARN already is
//! the whole ARN, unless it is a short one: of a service or task without its cluster.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{Arn, Scope};
use wire::{Schema, Value};

use super::names;
use super::scene::Scene;

/// A member in braces.
#[derive(Clone, Copy, Debug)]
struct Slot<'a> {
    path: &'a str,
    default: Option<&'a str>,
    rewriting: Option<&'a str>,
}

/// What everything is of, as a resource.
pub(super) const ANY: &str = "*";

/// The resources that the template stands for. None is named: any.
pub(super) fn resources(scene: &Scene<'_>, template: &str) -> Vec<String> {
    if template == ANY {
        return vec![ANY.to_owned()];
    }
    let (service, _) = template.split_once(':').unwrap_or_default();
    let is_bare = template.starts_with('{');
    let Some((head, last, tail)) = last_slot(template) else {
        let resource = template.get(service.len() + 1..).unwrap_or_default();
        return vec![arn_of(scene, service, resource)];
    };
    let head = filled(scene, head);
    let values = match (last.values(scene), last.default) {
        (values, Some(default)) if values.is_empty() => vec![default.to_owned()],
        (values, _) => values,
    };
    if values.is_empty() {
        return vec![ANY.to_owned()];
    }
    let depth = |resource: &str| resource.bytes().filter(|byte| *byte == b'/').count();
    let arn = |value: String| {
        let given = Arn::parse(&value);
        let is_short = given.as_ref().is_some_and(|arn| depth(&arn.resource) < depth(&head));
        if is_bare || (given.is_some() && !is_short) {
            return value;
        }
        let name = if is_short { last_part(&value) } else { &value };
        let resource = format!("{head}{name}{tail}");
        let resource = resource.get(service.len() + 1..).unwrap_or_default();
        arn_of(scene, service, resource)
    };
    values.into_iter().map(arn).collect()
}

/// The values of a condition key.
pub(super) fn values(scene: &Scene<'_>, template: &str) -> Vec<String> {
    match last_slot(template) {
        Some(("", slot, "")) => match (slot.values(scene), slot.default) {
            (values, Some(default)) if values.is_empty() => vec![default.to_owned()],
            (values, _) => values,
        },
        Some(_) => resources(scene, template),
        None => vec![template.to_owned()],
    }
}

/// The members that a template names.
#[cfg(test)]
pub(super) fn members(template: &'static str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((head, slot, _)) = last_slot(rest) {
        found.extend(slot.path.split('+'));
        rest = head;
    }
    found
}

fn arn_of(scene: &Scene<'_>, service: &str, resource: &str) -> String {
    match service {
        "iam" | "sts" => Scope::new(scene.scope().account.as_str(), "").arn(service, resource),
        _ => scene.scope().arn(service, resource),
    }
}

/// What is before the last slot, it, and what is after it.
fn last_slot(template: &str) -> Option<(&str, Slot<'_>, &str)> {
    let (head, rest) = template.rsplit_once('{')?;
    let (inside, tail) = rest.split_once('}')?;
    let (inside, rewriting) = match inside.split_once('|') {
        Some((inside, word)) => (inside, Some(word)),
        None => (inside, None),
    };
    let (path, default) = match inside.split_once('=') {
        Some((path, default)) => (path, Some(default)),
        None => (inside, None),
    };
    Some((head, Slot { path, default, rewriting }, tail))
}

/// With a single value in each slot: the name in an ARN where one is given.
fn filled(scene: &Scene<'_>, template: &str) -> String {
    let Some((head, slot, tail)) = last_slot(template) else { return template.to_owned() };
    let values = slot.values(scene);
    let value = values.first().map(String::as_str).or(slot.default).unwrap_or(ANY);
    let name = if value.starts_with("arn:") { last_part(value) } else { value };
    format!("{}{name}{tail}", filled(scene, head))
}

fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl Slot<'_> {
    fn values(&self, scene: &Scene<'_>) -> Vec<String> {
        let schema = scene.asked.operation.input.schema;
        let paths = self.path.split('+');
        let given: Vec<String> = paths.flat_map(|path| texts(schema, scene.input, path)).collect();
        let Some(word) = self.rewriting else { return given };
        if given.is_empty() {
            return names::implied(scene, word).into_iter().collect();
        }
        let rewritten = given.iter().map(|text| names::rewritten(scene, word, text));
        rewritten.filter(|text| !text.is_empty()).collect()
    }
}

/// The texts, numbers, truths and bytes (in base 64) at a path of an input; lists on it count one
/// by one.
pub(super) fn texts(schema: &'static Schema, value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::List(elements) => {
            let wire::Kind::List(list) = schema.kind else { return Vec::new() };
            elements.iter().flat_map(|element| texts(list.element, element, path)).collect()
        }
        Value::Structure(values) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            let mut members = schema.members().iter().zip(values);
            let found = members.find(|(member, _)| member.name == first);
            found.map_or_else(Vec::new, |(member, value)| texts(member.schema, value, rest))
        }
        Value::String(text) if path.is_empty() => vec![text.clone()],
        Value::Integer(number) if path.is_empty() => vec![number.to_string()],
        Value::Boolean(truth) if path.is_empty() => vec![truth.to_string()],
        Value::Blob(bytes) if path.is_empty() => vec![BASE64.encode(bytes)],
        _ => Vec::new(),
    }
}

/// Whether a member is given.
pub(super) fn is_given(schema: &'static Schema, value: &Value, member: &str) -> bool {
    let Value::Structure(values) = value else { return false };
    let mut members = schema.members().iter().zip(values);
    members.any(|(one, value)| one.name == member && !value.is_absent())
}
