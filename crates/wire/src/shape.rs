//! What a generated type can do: be read from a [`Value`], and be written to a [`Writer`].
//!
//! Both sides are dynamic on purpose: a shape is compiled once, not once a protocol.

use std::collections::BTreeMap;
use std::str::FromStr;

use bytes::Bytes;
use model::Timestamp;

use crate::schema::{Member, Schema};
use crate::value::Value;

/// Can be written by any protocol.
pub trait Write: Send + Sync {
    fn write(&self, writer: &mut dyn Writer);

    /// Whether there is nothing to write, so that the member is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Can be read from a value; a missing one only by `Option`.
pub trait Read: Sized {
    fn read(value: Value) -> Result<Self, ReadError>;
}

/// A generated structure.
pub trait Shape: Read + Write {
    const SCHEMA: &'static Schema;
}

/// A value that does not fit its type: the schema and the Rust type disagree, or a
/// required member is missing and nothing checked for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value does not fit `{0}`")]
pub struct ReadError(pub &'static str);

/// Where a protocol takes a value in, piece by piece.
///
/// INVARIANT: `member` comes before each member's value, `element` before each element's,
/// `key` before each map value's. The writer follows the schema from there on its own.
pub trait Writer {
    fn boolean(&mut self, value: bool);
    fn integer(&mut self, value: i64);
    fn double(&mut self, value: f64);
    fn string(&mut self, value: &str);
    fn blob(&mut self, value: &[u8]);
    fn timestamp(&mut self, value: Timestamp);
    fn document(&mut self, value: &serde_json::Value);
    fn structure_begin(&mut self);
    fn member(&mut self, member: &'static Member);
    fn structure_end(&mut self);
    fn list_begin(&mut self);
    fn element(&mut self);
    fn list_end(&mut self);
    fn map_begin(&mut self);
    fn key(&mut self, key: &str);
    fn map_end(&mut self);
}

/// Writes a structure: `fields` in the order of the schema's members.
pub fn write_structure(writer: &mut dyn Writer, schema: &'static Schema, fields: &[&dyn Write]) {
    writer.structure_begin();
    for (member, field) in schema.members().iter().zip(fields) {
        if !field.is_absent() {
            writer.member(member);
            field.write(writer);
        }
    }
    writer.structure_end();
}

/// The fields of a structure, taken one by one in the order of its members.
#[derive(Debug)]
pub struct Fields {
    name: &'static str,
    values: std::vec::IntoIter<Value>,
}

impl Fields {
    pub fn of(value: Value, schema: &'static Schema) -> Result<Fields, ReadError> {
        match value {
            Value::Structure(values) => {
                Ok(Fields { name: schema.name, values: values.into_iter() })
            }
            _ => Err(ReadError(schema.name)),
        }
    }

    #[expect(clippy::should_implement_trait, reason = "each call may give another type")]
    pub fn next<T: Read>(&mut self) -> Result<T, ReadError> {
        T::read(self.values.next().ok_or(ReadError(self.name))?)
    }
}

/// Reads a generated enum, which knows its names by `FromStr`.
pub fn read_enum<T: FromStr>(value: &Value, name: &'static str) -> Result<T, ReadError> {
    match value {
        Value::String(text) => text.parse().map_err(|_| ReadError(name)),
        _ => Err(ReadError(name)),
    }
}

/// As [`Read::read`], with the type forgotten; for [`crate::Typed`].
pub fn read_boxed<T: Read + Write + 'static>(value: Value) -> Result<Box<dyn Write>, ReadError> {
    Ok(Box::new(T::read(value)?))
}

macro_rules! scalar {
    ($type:ty, $name:literal, $variant:ident($value:ident) => $read:expr, $write:ident($field:ident) => $out:expr) => {
        impl Read for $type {
            fn read(value: Value) -> Result<$type, ReadError> {
                match value {
                    Value::$variant($value) => $read,
                    _ => Err(ReadError($name)),
                }
            }
        }

        impl Write for $type {
            fn write(&self, writer: &mut dyn Writer) {
                let $field = self;
                writer.$write($out);
            }
        }
    };
}

scalar!(bool, "boolean", Boolean(value) => Ok(value), boolean(value) => *value);
scalar!(i32, "integer", Integer(value) => i32::try_from(value).map_err(|_| ReadError("integer")), integer(value) => i64::from(*value));
scalar!(i64, "long", Integer(value) => Ok(value), integer(value) => *value);
scalar!(f32, "float", Double(value) => Ok(value as f32), double(value) => f64::from(*value));
scalar!(f64, "double", Double(value) => Ok(value), double(value) => *value);
scalar!(String, "string", String(value) => Ok(value), string(value) => value);
scalar!(Bytes, "blob", Blob(value) => Ok(value), blob(value) => value);
scalar!(Timestamp, "timestamp", Timestamp(value) => Ok(value), timestamp(value) => *value);
scalar!(serde_json::Value, "document", Document(value) => Ok(value), document(value) => value);

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Option<T>, ReadError> {
        match value {
            Value::Absent => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, writer: &mut dyn Writer) {
        if let Some(value) = self {
            value.write(writer);
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Read> Read for Box<T> {
    fn read(value: Value) -> Result<Box<T>, ReadError> {
        T::read(value).map(Box::new)
    }
}

impl<T: Write> Write for Box<T> {
    fn write(&self, writer: &mut dyn Writer) {
        T::write(self, writer);
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Result<Vec<T>, ReadError> {
        match value {
            Value::List(values) => values.into_iter().map(T::read).collect(),
            _ => Err(ReadError("list")),
        }
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, writer: &mut dyn Writer) {
        writer.list_begin();
        for element in self {
            writer.element();
            element.write(writer);
        }
        writer.list_end();
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(value: Value) -> Result<BTreeMap<String, T>, ReadError> {
        match value {
            Value::Map(entries) => {
                entries.into_iter().map(|(key, value)| Ok((key, T::read(value)?))).collect()
            }
            _ => Err(ReadError("map")),
        }
    }
}

impl<T: Write> Write for BTreeMap<String, T> {
    fn write(&self, writer: &mut dyn Writer) {
        writer.map_begin();
        for (key, value) in self {
            writer.key(key);
            value.write(writer);
        }
        writer.map_end();
    }
}
