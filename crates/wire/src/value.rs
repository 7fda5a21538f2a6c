//! A decoded value, between a codec and a Rust type.
//!
//! Codecs build it by the schema; constraints are checked on it, with all violations in
//! one go; then it is taken apart into the Rust type, strings moved, not copied.

use bytes::Bytes;
use model::Timestamp;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Not given, or given as null.
    #[default]
    Absent,
    Boolean(bool),
    Integer(i64),
    Double(f64),
    String(String),
    Blob(Bytes),
    Timestamp(Timestamp),
    List(Vec<Value>),
    /// In the order given; keys are distinct.
    Map(Vec<(String, Value)>),
    /// One a member, in the schema's order.
    Structure(Vec<Value>),
    Document(serde_json::Value),
}

impl Value {
    pub const fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }
}
