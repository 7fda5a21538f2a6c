//! What a generated type can do: be read from a [`Value`], and be written to a [`Writer`].
//!
//! Both sides are dynamic on purpose: a shape is compiled once, not once a protocol.

use std::collections::BTreeMap;
use std::str::FromStr;

use bytes::Bytes;
use model::Timestamp;

use crate::codec::json_value::dump;
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

/// Whether two values are the same on the wire, which for data is what equal means.
pub fn equal<T: Shape>(one: &T, other: &T) -> bool {
    dump(T::SCHEMA, one) == dump(T::SCHEMA, other)
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
    ($type:ty, $variant:ident, $name:literal, $read:expr, $write:expr) => {
        impl Read for $type {
            fn read(value: Value) -> Result<$type, ReadError> {
                match value {
                    Value::$variant(value) => Option::ok_or($read(value), ReadError($name)),
                    _ => Err(ReadError($name)),
                }
            }
        }

        impl Write for $type {
            fn write(&self, writer: &mut dyn Writer) {
                let write: fn(&mut dyn Writer, &$type) = $write;
                write(writer, self);
            }
        }
    };
}

scalar!(bool, Boolean, "boolean", Some, |writer, it| writer.boolean(*it));
scalar!(i32, Integer, "integer", int, |writer, it| writer.integer(i64::from(*it)));
scalar!(i64, Integer, "long", Some, |writer, it| writer.integer(*it));
scalar!(f32, Double, "float", float, |writer, it| writer.double(f64::from(*it)));
scalar!(f64, Double, "double", Some, |writer, it| writer.double(*it));
scalar!(String, String, "string", Some, |writer, it| writer.string(it));
scalar!(Bytes, Blob, "blob", Some, |writer, it| writer.blob(it));
scalar!(Timestamp, Timestamp, "timestamp", Some, |writer, it| writer.timestamp(*it));
scalar!(serde_json::Value, Document, "document", Some, |writer, it| writer.document(it));

fn int(value: i64) -> Option<i32> {
    value.try_into().ok()
}

/// The codec let through only what an `f32` can hold.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all scalars")]
fn float(value: f64) -> Option<f32> {
    Some(value as f32)
}

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
