//! Form parameters (`Filter.1.Value.2=x`) by a schema, for the query and ec2 protocols.
//!
//! The parameters are sorted by their labels and read as nested slices: no tree is built,
//! and a list's numbers order its elements without an allocation by them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::DecodeError;
use crate::check::abridged;
use crate::limits::{QUERY_DEPTH_MAX, QUERY_INDEX_MAX, QUERY_PARAMETERS_MAX};
use crate::schema::{Kind, List, Map, Member, Schema};
use crate::timestamp;
use crate::value::Value;

/// How lists are spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `Tags.member.1`, or `Tags.1` where the model says flattened.
    Query,
    /// `Tag.1` always.
    Ec2,
}

/// The pairs of a form, decoded, in their order.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = Option<(Cow<'_, str>, Cow<'_, str>)>> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescape(name)?, unescape(value)?))
    })
}

/// Reads the parameters of body and query string into the schema's structure.
pub(crate) fn read(
    body: &[u8],
    query: &str,
    schema: &'static Schema,
    dialect: Dialect,
) -> Result<Value, DecodeError> {
    let body = std::str::from_utf8(body)
        .map_err(|_| DecodeError::Malformed("the request body is not UTF-8".to_owned()))?;
    let mut parameters = Vec::new();
    for pair in pairs(body).chain(pairs(query)) {
        let (name, value) = pair.ok_or_else(|| {
            DecodeError::Malformed("a parameter is not UTF-8 when decoded".to_owned())
        })?;
        if is_protocol(&name) {
            continue;
        }
        if parameters.len() == QUERY_PARAMETERS_MAX {
            let message = format!("more than {QUERY_PARAMETERS_MAX} parameters");
            return Err(DecodeError::Malformed(message));
        }
        if name.split('.').count() > QUERY_DEPTH_MAX {
            let message = format!("a parameter's name has more than {QUERY_DEPTH_MAX} labels");
            return Err(DecodeError::Malformed(message));
        }
        parameters.push(Parameter { name, value });
    }
    parameters.sort_by(Parameter::order);
    let reader = Reader { dialect };
    reader.structure(schema.members(), Group { parameters: &parameters, at: 0 })
}

/// What belongs to the protocol or to the signature, not to the operation.
fn is_protocol(name: &str) -> bool {
    matches!(name, "Action" | "Version") || name.starts_with("X-Amz-")
}

fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        let text = text.replace('+', " ");
        return Some(Cow::Owned(percent_decode_str(&text).decode_utf8().ok()?.into_owned()));
    }
    percent_decode_str(text).decode_utf8().ok()
}

struct Parameter<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl Parameter<'_> {
    fn order(&self, other: &Self) -> Ordering {
        self.name.split('.').cmp(other.name.split('.'))
    }

    /// The label that starts at `at`.
    fn label(&self, at: usize) -> &str {
        self.name.get(at..).and_then(|rest| rest.split('.').next()).unwrap_or_default()
    }
}

/// Parameters whose names agree up to `at`, where the rest begins.
#[derive(Clone, Copy)]
struct Group<'a> {
    parameters: &'a [Parameter<'a>],
    at: usize,
}

impl<'a> Group<'a> {
    /// The name that the group shares, or as much of it as is known.
    fn path(&self) -> &'a str {
        self.parameters
            .first()
            .map_or("", |first| first.name.get(..self.at.saturating_sub(1)).unwrap_or(&first.name))
    }

    /// The value of the parameter that ends here, and the parameters that go on.
    fn split(self) -> Result<(Option<&'a str>, Group<'a>), DecodeError> {
        let ends = |it: &Parameter<'_>| it.name.len() < self.at;
        let count = self.parameters.iter().take_while(|it| ends(it)).count();
        if count > 1 {
            return Err(DecodeError::Duplicate(abridged(self.path().to_owned())));
        }
        let own = self.parameters.first().filter(|it| ends(it)).map(|it| &*it.value);
        Ok((own, Group { parameters: &self.parameters[count..], at: self.at }))
    }

    /// The next label's groups, in order.
    fn children(self) -> impl Iterator<Item = (&'a str, Group<'a>)> {
        let at = self.at;
        self.parameters.chunk_by(move |one, other| one.label(at) == other.label(at)).map(
            move |parameters| {
                let label = parameters.first().map_or("", |first| first.label(at));
                (label, Group { parameters, at: at + label.len() + 1 })
            },
        )
    }

    fn unknown(&self) -> DecodeError {
        let name = self.parameters.first().map_or("", |first| &first.name);
        DecodeError::Unknown(name.to_owned())
    }

    fn wrong(&self, message: String) -> DecodeError {
        DecodeError::WrongType { path: self.path().to_owned(), message }
    }
}

struct Reader {
    dialect: Dialect,
}

impl Reader {
    fn read(&self, schema: &'static Schema, group: Group<'_>) -> Result<Value, DecodeError> {
        let (own, inner) = group.split()?;
        let is_scalar = !matches!(
            schema.kind,
            Kind::List(_) | Kind::Map(_) | Kind::Structure(_) | Kind::Union(_)
        );
        if let Some(first) = inner.children().next()
            && is_scalar
        {
            return Err(first.1.unknown());
        }
        if let Some(text) = own
            && !is_scalar
            && !text.is_empty()
        {
            return Err(group.wrong(format!("expected a {}, found a value", schema.name)));
        }
        match schema.kind {
            Kind::List(list) => self.list(list, inner),
            Kind::Map(map) => self.map(map, inner),
            Kind::Structure(members) | Kind::Union(members) => self.structure(members, inner),
            _ => scalar(schema, own.unwrap_or_default())
                .map_err(|expected| group.wrong(format!("expected {expected}"))),
        }
    }

    fn structure(
        &self,
        members: &'static [Member],
        group: Group<'_>,
    ) -> Result<Value, DecodeError> {
        let mut values = vec![Value::Absent; members.len()];
        for (label, child) in group.children() {
            let index = members
                .iter()
                .position(|member| member.query == label)
                .ok_or_else(|| child.unknown())?;
            values[index] = self.read(members[index].schema, child)?;
        }
        Ok(Value::Structure(values))
    }

    fn list(&self, list: List, group: Group<'_>) -> Result<Value, DecodeError> {
        let is_flat = list.flattened || self.dialect == Dialect::Ec2;
        let mut values = Vec::new();
        for item in items(group, if is_flat { None } else { Some(list.name) })? {
            values.push(self.read(list.element, item)?);
        }
        Ok(Value::List(values))
    }

    fn map(&self, map: Map, group: Group<'_>) -> Result<Value, DecodeError> {
        let mut entries = Vec::new();
        let mut keys = BTreeSet::new();
        for item in items(group, if map.flattened { None } else { Some("entry") })? {
            let mut key = None;
            let mut value = Value::Absent;
            for (label, child) in item.children() {
                if label == map.key_name {
                    key = child.split()?.0.map(str::to_owned);
                } else if label == map.value_name {
                    value = self.read(map.value, child)?;
                } else {
                    return Err(child.unknown());
                }
            }
            let key = key.ok_or_else(|| item.wrong("expected a key".to_owned()))?;
            if !keys.insert(key.clone()) {
                return Err(DecodeError::Duplicate(abridged(format!("{}.{key}", item.path()))));
            }
            entries.push((key, value));
        }
        Ok(Value::Map(entries))
    }
}

/// A list's elements in the order of their numbers, below `wrapper` where there is one.
fn items<'a>(group: Group<'a>, wrapper: Option<&str>) -> Result<Vec<Group<'a>>, DecodeError> {
    let mut found = Vec::new();
    for (label, child) in group.children() {
        match wrapper {
            Some(wrapper) if label == wrapper => {
                let (own, inner) = child.split()?;
                if own.is_some() {
                    return Err(child.unknown());
                }
                numbered(inner, &mut found)?;
            }
            Some(_) => return Err(child.unknown()),
            None => {
                numbered(group, &mut found)?;
                break;
            }
        }
    }
    found.sort_by_key(|(number, _)| *number);
    if let Some(pair) = found.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(DecodeError::Duplicate(abridged(pair[1].1.path().to_owned())));
    }
    Ok(found.into_iter().map(|(_, item)| item).collect())
}

fn numbered<'a>(group: Group<'a>, found: &mut Vec<(u32, Group<'a>)>) -> Result<(), DecodeError> {
    for (label, child) in group.children() {
        let number: u32 = label.parse().map_err(|_| child.unknown())?;
        if !(1..=QUERY_INDEX_MAX).contains(&number) {
            let expected = format!("expected an element number from 1 to {QUERY_INDEX_MAX}");
            return Err(child.wrong(expected));
        }
        found.push((number, child));
    }
    Ok(())
}

fn scalar(schema: &'static Schema, text: &str) -> Result<Value, &'static str> {
    match schema.kind {
        Kind::Boolean => match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err("a boolean"),
        },
        Kind::Integer => text
            .parse::<i32>()
            .map(|value| Value::Integer(value.into()))
            .map_err(|_| "an integer of 32 bits"),
        Kind::Long => text.parse().map(Value::Integer).map_err(|_| "an integer of 64 bits"),
        Kind::Float | Kind::Double => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Value::Double(value)),
            _ => Err("a number"),
        },
        Kind::Blob => BASE64_STANDARD
            .decode(text)
            .map(|bytes| Value::Blob(Bytes::from(bytes)))
            .map_err(|_| "base64"),
        Kind::Timestamp(_) => {
            timestamp::from_iso8601(text).map(Value::Timestamp).ok_or("an ISO 8601 timestamp")
        }
        Kind::Document => {
            serde_json::from_str(text).map(Value::Document).map_err(|_| "a JSON document")
        }
        _ => Ok(Value::String(text.to_owned())),
    }
}
