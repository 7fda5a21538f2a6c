//! JSON by a schema: text to [`Value`] and, for any shape, to text.
//!
//! Members go by their names in the model, as awsJson has them, which makes this the
//! canonical form for tools, too.
//!
//! INVARIANT: a member is found in the schema or the parse ends there; nothing is skipped.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use model::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::DecodeError;
use super::path::{Step, shown};
use crate::cursor::Cursor;
use crate::limits::DEPTH_MAX;
use crate::schema::{Kind, Map, Member, Schema, TimestampFormat};
use crate::shape::{Write, Writer};
use crate::timestamp;
use crate::value::Value;

/// Parses one JSON document by the schema. Constraints are not checked.
pub fn parse(text: &[u8], schema: &'static Schema) -> Result<Value, DecodeError> {
    let context = Context::default();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let seed = Seed { schema, context: &context, depth: 0 };
    let value = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            let found = context.error.take();
            found.unwrap_or_else(|| DecodeError::Malformed(error.to_string()))
        })?;
    match value {
        Value::Absent => Err(DecodeError::Malformed("expected a structure, found null".to_owned())),
        value => Ok(value),
    }
}

/// Writes any shape as JSON.
pub fn dump(schema: &'static Schema, shape: &dyn Write) -> Vec<u8> {
    let mut writer = JsonWriter { out: Vec::new(), cursor: Cursor::new(schema) };
    shape.write(&mut writer);
    writer.out
}

#[derive(Default)]
struct Context {
    path: RefCell<Vec<Step>>,
    error: RefCell<Option<DecodeError>>,
}

impl Context {
    fn enter(&self, step: Step) {
        self.path.borrow_mut().push(step);
    }

    fn leave(&self) {
        self.path.borrow_mut().pop();
    }

    fn path(&self) -> String {
        shown(&self.path.borrow())
    }

    /// Keeps the error with its particulars; serde carries only text.
    fn fail<E: Error>(&self, error: DecodeError) -> E {
        let text = error.to_string();
        *self.error.borrow_mut() = Some(error);
        E::custom(text)
    }
}

#[derive(Clone, Copy)]
struct Seed<'c> {
    schema: &'static Schema,
    context: &'c Context,
    depth: usize,
}

impl Seed<'_> {
    fn wrong<E: Error>(&self, found: &str) -> E {
        let path = self.context.path();
        let message = match self.schema.kind {
            Kind::List(_) => "Expected list or null".to_owned(),
            Kind::Map(_) | Kind::Structure(_) | Kind::Union(_) => "Expected map or null".to_owned(),
            Kind::Integer => format!("{found} can not be converted to an Integer"),
            Kind::Long => format!("{found} can not be converted to a Long"),
            Kind::Float | Kind::Double => format!("{found} can not be converted to a Double"),
            Kind::Boolean => format!("{found} can not be converted to a Boolean"),
            Kind::Timestamp(_) => format!("{found} can not be converted to a Timestamp"),
            Kind::Blob => format!("{found} can not be converted to a Blob"),
            Kind::String | Kind::Enum(_) | Kind::Document => {
                format!("{found} can not be converted to a String")
            }
        };
        self.context.fail(DecodeError::WrongType { path, message })
    }

    fn inner<E: Error>(&self, schema: &'static Schema) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            let message = format!("the document is nested deeper than {DEPTH_MAX} levels");
            return Err(self.context.fail(DecodeError::Malformed(message)));
        }
        Ok(Seed { schema, context: self.context, depth: self.depth + 1 })
    }

    fn structure<'de, A: MapAccess<'de>>(
        &self,
        members: &'static [Member],
        mut access: A,
    ) -> Result<Value, A::Error> {
        let mut values = vec![Value::Absent; members.len()];
        let mut seen = vec![false; members.len()];
        while let Some(Name(name)) = access.next_key::<Name<'de>>()? {
            let Some(index) = members.iter().position(|member| member.name == name) else {
                self.context.enter(Step::Key(name.into_owned()));
                return Err(self.context.fail(DecodeError::Unknown(self.context.path())));
            };
            self.context.enter(Step::Member(members[index].name));
            if std::mem::replace(&mut seen[index], true) {
                return Err(self.context.fail(DecodeError::Duplicate(self.context.path())));
            }
            values[index] = access.next_value_seed(self.inner(members[index].schema)?)?;
            self.context.leave();
        }
        Ok(Value::Structure(values))
    }

    fn map<'de, A: MapAccess<'de>>(&self, map: Map, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        let mut keys = BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            self.context.enter(Step::Key(key.clone()));
            if !keys.insert(key.clone()) {
                return Err(self.context.fail(DecodeError::Duplicate(self.context.path())));
            }
            entries.push((key, access.next_value_seed(self.inner(map.value)?)?));
            self.context.leave();
        }
        Ok(Value::Map(entries))
    }
}

/// A member's name, borrowed from the text unless it is written with escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if matches!(self.schema.kind, Kind::Document) {
            let value = serde_json::Value::deserialize(deserializer)?;
            return Ok(if value.is_null() { Value::Absent } else { Value::Document(value) });
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.schema.name)
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        match self.schema.kind {
            Kind::Boolean => Ok(Value::Boolean(value)),
            _ => Err(self.wrong(if value { "TRUE_VALUE" } else { "FALSE_VALUE" })),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        match self.schema.kind {
            Kind::Integer if i32::try_from(value).is_ok() => Ok(Value::Integer(value)),
            Kind::Long => Ok(Value::Integer(value)),
            Kind::Float | Kind::Double | Kind::Timestamp(_) => self.visit_f64(value as f64),
            _ => Err(self.wrong("NUMBER_VALUE")),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        match self.schema.kind {
            Kind::Double => Ok(Value::Double(value)),
            Kind::Float if value.abs() <= f64::from(f32::MAX) => Ok(Value::Double(value)),
            Kind::Timestamp(_) => timestamp::from_epoch_seconds(value)
                .map(Value::Timestamp)
                .ok_or_else(|| self.wrong("NUMBER_VALUE")),
            _ => Err(self.wrong("NUMBER_VALUE")),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        match self.schema.kind {
            Kind::String | Kind::Enum(_) => Ok(Value::String(value.to_owned())),
            Kind::Blob => BASE64_STANDARD
                .decode(value)
                .map(|bytes| Value::Blob(Bytes::from(bytes)))
                .map_err(|_| self.wrong("STRING_VALUE")),
            Kind::Timestamp(TimestampFormat::Iso8601) => timestamp::from_iso8601(value)
                .map(Value::Timestamp)
                .ok_or_else(|| self.wrong("STRING_VALUE")),
            _ => Err(self.wrong("STRING_VALUE")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let Kind::List(list) = self.schema.kind else {
            return Err(self.wrong("START_ARRAY"));
        };
        let mut values = Vec::new();
        loop {
            self.context.enter(Step::Element(values.len() + 1));
            let Some(value) = access.next_element_seed(self.inner(list.element)?)? else { break };
            self.context.leave();
            values.push(value);
        }
        self.context.leave();
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        match self.schema.kind {
            Kind::Structure(members) | Kind::Union(members) => self.structure(members, access),
            Kind::Map(map) => self.map(map, access),
            _ => Err(self.wrong("START_OBJECT")),
        }
    }
}

struct JsonWriter {
    out: Vec<u8>,
    cursor: Cursor,
}

impl JsonWriter {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn quoted(&mut self, text: &str) {
        serde_json::to_writer(&mut self.out, text).expect("a string is JSON; memory takes it");
    }

    fn name(&mut self, separator: &str, name: &str) {
        self.text(separator);
        self.quoted(name);
        self.text(":");
    }
}

impl Writer for JsonWriter {
    fn boolean(&mut self, value: bool) {
        self.text(if value { "true" } else { "false" });
    }

    fn integer(&mut self, value: i64) {
        self.text(&value.to_string());
    }

    fn double(&mut self, value: f64) {
        if value.is_nan() {
            self.text("\"NaN\"");
        } else if value.is_infinite() {
            self.text(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
        } else {
            self.text(&format!("{value:?}"));
        }
    }

    fn string(&mut self, value: &str) {
        self.quoted(value);
    }

    fn blob(&mut self, value: &[u8]) {
        self.quoted(&BASE64_STANDARD.encode(value));
    }

    fn timestamp(&mut self, value: Timestamp) {
        match self.cursor.next().kind {
            Kind::Timestamp(TimestampFormat::Iso8601) => {
                self.quoted(&timestamp::to_iso8601(value));
            }
            Kind::Timestamp(TimestampFormat::HttpDate) => {
                self.quoted(&timestamp::to_http_date(value));
            }
            _ => self.text(&timestamp::to_epoch_seconds(value)),
        }
    }

    fn document(&mut self, value: &serde_json::Value) {
        self.text(&value.to_string());
    }

    fn structure_begin(&mut self) {
        self.cursor.begin();
        self.text("{");
    }

    fn member(&mut self, member: &'static Member) {
        let separator = if self.cursor.member(member) { "" } else { "," };
        self.name(separator, member.name);
    }

    fn structure_end(&mut self) {
        self.cursor.end();
        self.text("}");
    }

    fn list_begin(&mut self) {
        self.cursor.begin();
        self.text("[");
    }

    fn element(&mut self) {
        let is_first = self.cursor.item();
        self.text(if is_first { "" } else { "," });
    }

    fn list_end(&mut self) {
        self.cursor.end();
        self.text("]");
    }

    fn map_begin(&mut self) {
        self.cursor.begin();
        self.text("{");
    }

    fn key(&mut self, key: &str) {
        let separator = if self.cursor.item() { "" } else { "," };
        self.name(separator, key);
    }

    fn map_end(&mut self) {
        self.cursor.end();
        self.text("}");
    }
}
