//! Policy documents: read once, refused with a reason, and then never malformed.
//!
//! COMPAT: "Grammar of the IAM JSON policy language". Names of elements are told apart by case,
//! those of operators and keys are not.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::json;
use crate::malformed::Malformed;
use crate::operator::{arn_parts, arn_pattern_parts};
use crate::pattern::Variables;

/// What a policy is attached to, which decides on what has to be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// To a user, group, role or session, or as a boundary: no principal, but resources.
    Identity,
    /// To a resource: principals and resources.
    Resource,
    /// To a role: principals, and no resources.
    Trust,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub version: Version,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Without variables; also what a document without a version is.
    V2008,
    V2012,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    pub principals: Principals,
    pub actions: Actions,
    pub resources: Resources,
    /// All have to be met.
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    /// It is whoever has the policy.
    Owner,
    Are(Vec<PrincipalName>),
    AreNot(Vec<PrincipalName>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalName {
    Everyone,
    /// Every identity of an account, as far as its own policies let it.
    Account(String),
    /// The ARN of a user, a role or a session.
    Arn(String),
    Service(String),
    Federated(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actions {
    Are(Vec<String>),
    AreNot(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resources {
    /// It is what has the policy.
    Owner,
    Are(Vec<String>),
    AreNot(Vec<String>),
}

impl Policy {
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Policy, Malformed> {
        let document = json::read(text)?;
        let document = document.as_object().ok_or(Malformed::Syntax)?;
        only(document, &["Version", "Id", "Statement"])?;
        let version = match document.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => Version::V2008,
            Some(Some("2012-10-17")) => Version::V2012,
            Some(_) => return Err(Malformed::Syntax),
        };
        let variables = match version {
            Version::V2008 => Variables::AreText,
            Version::V2012 => Variables::Are,
        };
        let statements: Vec<Statement> = match document.get("Statement") {
            Some(Value::Array(all)) => {
                all.iter().map(|one| statement(one, kind, variables)).collect::<Result<_, _>>()?
            }
            Some(one) => vec![statement(one, kind, variables)?],
            None => return Err(Malformed::Syntax),
        };
        if statements.is_empty() {
            return Err(Malformed::Syntax);
        }
        let sids: Vec<&String> = statements.iter().filter_map(|one| one.sid.as_ref()).collect();
        if sids.iter().collect::<BTreeSet<_>>().len() < sids.len() {
            return Err(Malformed::DuplicateSid);
        }
        Ok(Policy { version, statements })
    }

    pub(crate) fn variables(&self) -> Variables {
        match self.version {
            Version::V2008 => Variables::AreText,
            Version::V2012 => Variables::Are,
        }
    }

    /// The keys that its conditions and variables ask a request for, each once whatever its case,
    /// as they are written.
    pub fn context_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for statement in &self.statements {
            if let Resources::Are(names) | Resources::AreNot(names) = &statement.resources {
                self.add_variables(&mut keys, names);
            }
            for condition in &statement.conditions {
                add_key(&mut keys, &condition.key_name);
                self.add_variables(&mut keys, &condition.values);
            }
        }
        keys
    }

    fn add_variables(&self, keys: &mut Vec<String>, texts: &[String]) {
        if self.version == Version::V2008 {
            return;
        }
        let inside = texts.iter().flat_map(|text| text.split("${").skip(1));
        let names = inside.filter_map(|rest| Some(rest.split_once('}')?.0));
        for name in names.map(|name| name.split(',').next().unwrap_or_default().trim()) {
            if !["", "*", "?", "$"].contains(&name) {
                add_key(keys, name);
            }
        }
    }
}

fn add_key(keys: &mut Vec<String>, name: &str) {
    if !keys.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        keys.push(name.to_owned());
    }
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

fn statement(
    value: &Value,
    kind: PolicyKind,
    variables: Variables,
) -> Result<Statement, Malformed> {
    let element = value.as_object().ok_or(Malformed::Syntax)?;
    only(element, &ELEMENTS)?;
    let effect = match element.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(Malformed::Syntax),
    };
    Ok(Statement {
        sid: sid(element, kind)?,
        effect,
        principals: principals(element, (kind, effect))?,
        actions: actions(element)?,
        resources: resources(element, (kind, variables))?,
        conditions: conditions(element, variables)?,
    })
}

fn sid(element: &Map<String, Value>, kind: PolicyKind) -> Result<Option<String>, Malformed> {
    let Some(sid) = element.get("Sid") else { return Ok(None) };
    let sid = sid.as_str().ok_or(Malformed::Syntax)?;
    // COMPAT: resources' policies may say what they like there.
    let is_plain = sid.chars().all(|letter| letter.is_ascii_alphanumeric());
    if kind != PolicyKind::Resource && !is_plain {
        return Err(Malformed::InvalidSid);
    }
    Ok(Some(sid.to_owned()).filter(|sid| !sid.is_empty()))
}

fn actions(element: &Map<String, Value>) -> Result<Actions, Malformed> {
    let (names, is_not) = either(element, ("Action", "NotAction"))?.ok_or(Malformed::NoActions)?;
    for name in &names {
        let is_whole = name == "*";
        let vendor = name.split_once(':').filter(|(vendor, rest)| {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-*?".contains(letter);
            !vendor.is_empty() && !rest.is_empty() && vendor.chars().all(is_name)
        });
        if !is_whole && vendor.is_none() {
            return Err(Malformed::NoVendor);
        }
    }
    Ok(if is_not { Actions::AreNot(names) } else { Actions::Are(names) })
}

fn resources(
    element: &Map<String, Value>,
    (kind, variables): (PolicyKind, Variables),
) -> Result<Resources, Malformed> {
    let found = either(element, ("Resource", "NotResource"))?;
    let Some((names, is_not)) = found else {
        return match kind {
            PolicyKind::Identity | PolicyKind::Resource => Err(Malformed::NoResources),
            PolicyKind::Trust => Ok(Resources::Owner),
        };
    };
    if kind == PolicyKind::Trust {
        return Err(Malformed::Resource);
    }
    let is_arn = |name: &&String| {
        let is_whole = || arn_pattern_parts(name, variables).len() == 6;
        *name == "*" || name.starts_with("arn:") && is_whole()
    };
    if let Some(name) = names.iter().find(|name| !is_arn(name)) {
        return Err(Malformed::NoArn(name.clone()));
    }
    Ok(if is_not { Resources::AreNot(names) } else { Resources::Are(names) })
}

fn principals(
    element: &Map<String, Value>,
    (kind, effect): (PolicyKind, Effect),
) -> Result<Principals, Malformed> {
    let (value, is_not) = match (element.get("Principal"), element.get("NotPrincipal")) {
        (Some(_), Some(_)) => return Err(Malformed::Syntax),
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => {
            return match kind {
                PolicyKind::Identity => Ok(Principals::Owner),
                PolicyKind::Resource | PolicyKind::Trust => Err(Malformed::NoPrincipal),
            };
        }
    };
    if kind == PolicyKind::Identity {
        return Err(Malformed::Principal);
    }
    // COMPAT: "AWS JSON policy elements: NotPrincipal".
    if is_not && kind == PolicyKind::Trust {
        return Err(Malformed::NotPrincipal);
    }
    if is_not && effect == Effect::Allow {
        return Err(Malformed::AllowNotPrincipal);
    }
    let names = match value {
        Value::String(all) if all == "*" => vec![PrincipalName::Everyone],
        Value::Object(by_kind) => {
            let mut names = Vec::new();
            for (kind, value) in by_kind {
                for name in strings(value)? {
                    names.push(principal(kind, name)?);
                }
            }
            names
        }
        _ => return Err(Malformed::Syntax),
    };
    if names.is_empty() {
        return Err(Malformed::Syntax);
    }
    Ok(if is_not { Principals::AreNot(names) } else { Principals::Are(names) })
}

/// COMPAT: "IAM identifiers", unique IDs: `AIDA` is a user's and `AROA` a role's.
fn is_unique_id(name: &str) -> bool {
    let rest = name.strip_prefix("AIDA").or_else(|| name.strip_prefix("AROA"));
    rest.is_some_and(|rest| {
        rest.len() >= 12 && rest.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
    })
}

fn principal(kind: &str, name: String) -> Result<PrincipalName, Malformed> {
    let refuse = |name: String| Err(Malformed::InvalidPrincipal(name));
    match kind {
        "AWS" if name == "*" => Ok(PrincipalName::Everyone),
        "AWS" if is_account(&name) => Ok(PrincipalName::Account(name)),
        // As a policy names a user or role that is gone, which is nobody.
        "AWS" if is_unique_id(&name) => Ok(PrincipalName::Arn(name)),
        "AWS" => {
            let parts = arn_parts(&name);
            let account = parts.get(4).copied().unwrap_or_default().to_owned();
            match parts.get(5) {
                Some(&"root") if is_account(&account) => Ok(PrincipalName::Account(account)),
                // COMPAT: a wildcard is everyone or nothing.
                Some(resource) if is_account(&account) && !resource.contains('*') => {
                    Ok(PrincipalName::Arn(name))
                }
                _ => refuse(format!("AWS\":\"{name}")),
            }
        }
        "Service" if name.contains('.') && !name.contains('*') => Ok(PrincipalName::Service(name)),
        "Federated" if !name.is_empty() => Ok(PrincipalName::Federated(name)),
        _ => refuse(format!("{kind}\":\"{name}")),
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn conditions(
    element: &Map<String, Value>,
    variables: Variables,
) -> Result<Vec<Condition>, Malformed> {
    let Some(block) = element.get("Condition") else { return Ok(Vec::new()) };
    let mut conditions = Vec::new();
    for (operator, keys) in block.as_object().ok_or(Malformed::Syntax)? {
        for (key, values) in keys.as_object().ok_or(Malformed::Syntax)? {
            // COMPAT: of keys, too, the service is said.
            if !key.contains(':') {
                return Err(Malformed::NoVendor);
            }
            conditions.push(Condition::new(operator, (key, scalars(values)?), variables)?);
        }
    }
    Ok(conditions)
}

/// One of two elements, and whether it is the one that says what is not; both are too many.
fn either(
    element: &Map<String, Value>,
    (name, opposite): (&str, &str),
) -> Result<Option<(Vec<String>, bool)>, Malformed> {
    match (element.get(name), element.get(opposite)) {
        (Some(_), Some(_)) => Err(Malformed::Syntax),
        (Some(value), None) => Ok(Some((strings(value)?, false))),
        (None, Some(value)) => Ok(Some((strings(value)?, true))),
        (None, None) => Ok(None),
    }
}

/// A string, or a list of at least one.
fn strings(value: &Value) -> Result<Vec<String>, Malformed> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(Malformed::Syntax);
    match value {
        Value::Array(all) if !all.is_empty() => all.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}

/// The same of what may be written as a number or as true or false as well.
fn scalars(value: &Value) -> Result<Vec<String>, Malformed> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(is) => Ok(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Malformed::Syntax),
    };
    match value {
        Value::Array(all) => all.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}

fn only(element: &Map<String, Value>, known: &[&str]) -> Result<(), Malformed> {
    let is_known = |key: &String| known.contains(&key.as_str());
    if element.keys().all(is_known) { Ok(()) } else { Err(Malformed::Syntax) }
}
