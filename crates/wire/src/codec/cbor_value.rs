//! CBOR (RFC 8949) by a schema: bytes to [`Value`].
//!
//! The kinds are Smithy's: an instant is tag 1, a double may come as any number that is
//! shorter, and undefined is null. There is no document in this protocol.
//!
//! INVARIANT: a member is found in the schema or the parse ends there; nothing is skipped,
//! so the parser goes no deeper than the schema does.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bytes::Bytes;
use minicbor::data::{IanaTag, Type};
use minicbor::{Decoder, decode};

use super::DecodeError;
use super::path::{Step, shown};
use crate::limits::{CBOR_VALUES_MAX, DEPTH_MAX};
use crate::schema::{Kind, List, Map, Member, Schema};
use crate::timestamp;
use crate::value::Value;

/// Parses one CBOR item by the schema. Constraints are not checked.
pub(super) fn parse(body: &[u8], schema: &'static Schema) -> Result<Value, DecodeError> {
    let mut reader = Reader { decoder: Decoder::new(body), path: Vec::new(), values: 0 };
    let value = reader.value(schema)?;
    if reader.decoder.position() != body.len() {
        return Err(DecodeError::Malformed("there is more than one CBOR item".to_owned()));
    }
    match value {
        Value::Absent => Err(DecodeError::Malformed("expected a map, found null".to_owned())),
        value => Ok(value),
    }
}

struct Reader<'b> {
    decoder: Decoder<'b>,
    path: Vec<Step>,
    /// How many were made so far.
    values: usize,
}

impl<'b> Reader<'b> {
    fn value(&mut self, schema: &'static Schema) -> Result<Value, DecodeError> {
        self.count(1)?;
        let found = self.next()?;
        let value = match (schema.kind, found) {
            (_, Type::Null) => {
                self.decoder.null().map_err(malformed)?;
                Value::Absent
            }
            (_, Type::Undefined) => {
                self.decoder.undefined().map_err(malformed)?;
                Value::Absent
            }
            (Kind::Boolean, Type::Bool) => Value::Boolean(self.decoder.bool().map_err(malformed)?),
            (Kind::String | Kind::Enum(_), Type::String | Type::StringIndef) => {
                Value::String(self.text()?.into_owned())
            }
            (Kind::Blob, Type::Bytes | Type::BytesIndef) => Value::Blob(self.blob()?),
            (Kind::Integer | Kind::Long, found) if is_integer(found) => self.integer(schema)?,
            (Kind::Float | Kind::Double, found) if is_number(found) => self.double(schema)?,
            (Kind::Timestamp(_), Type::Tag) => self.timestamp(schema)?,
            (Kind::List(list), Type::Array | Type::ArrayIndef) => self.list(list)?,
            (Kind::Map(map), Type::Map | Type::MapIndef) => self.map(map)?,
            (Kind::Structure(members) | Kind::Union(members), Type::Map | Type::MapIndef) => {
                self.structure(members)?
            }
            (_, found) => return Err(self.wrong(schema, shown_type(found))),
        };
        Ok(value)
    }

    fn integer(&mut self, schema: &'static Schema) -> Result<Value, DecodeError> {
        let number = i64::try_from(self.decoder.int().map_err(malformed)?).ok();
        match number {
            Some(number) if schema_holds(schema, number) => Ok(Value::Integer(number)),
            Some(_) | None => Err(self.wrong(schema, "an integer out of its range")),
        }
    }

    fn double(&mut self, schema: &'static Schema) -> Result<Value, DecodeError> {
        let number = self.number()?;
        let is_float = matches!(schema.kind, Kind::Float);
        let largest = if is_float { f64::from(f32::MAX) } else { f64::MAX };
        // Neither infinity nor NaN: constraints are on numbers that have an order.
        if number.abs() <= largest {
            Ok(Value::Double(number))
        } else {
            Err(self.wrong(schema, "a number out of its range"))
        }
    }

    fn timestamp(&mut self, schema: &'static Schema) -> Result<Value, DecodeError> {
        let tag = self.decoder.tag().map_err(malformed)?;
        if tag != IanaTag::Timestamp.tag() || !is_number(self.next()?) {
            return Err(self.wrong(schema, "a tag of something else"));
        }
        let seconds = self.number()?;
        timestamp::from_epoch_seconds(seconds)
            .map(Value::Timestamp)
            .ok_or_else(|| self.wrong(schema, "a number out of its range"))
    }

    fn list(&mut self, list: List) -> Result<Value, DecodeError> {
        let mut left = self.decoder.array().map_err(malformed)?;
        let mut values = Vec::new();
        while self.has_more(&mut left)? {
            self.enter(Step::Element(values.len() + 1))?;
            values.push(self.value(list.element)?);
            self.path.pop();
        }
        Ok(Value::List(values))
    }

    fn map(&mut self, map: Map) -> Result<Value, DecodeError> {
        let mut left = self.decoder.map().map_err(malformed)?;
        let mut entries = Vec::new();
        let mut keys = BTreeSet::new();
        while self.has_more(&mut left)? {
            let key = self.key()?.into_owned();
            self.enter(Step::Key(key.clone()))?;
            if !keys.insert(key.clone()) {
                return Err(DecodeError::Duplicate(shown(&self.path)));
            }
            entries.push((key, self.value(map.value)?));
            self.path.pop();
        }
        Ok(Value::Map(entries))
    }

    fn structure(&mut self, members: &'static [Member]) -> Result<Value, DecodeError> {
        self.count(members.len())?;
        let mut left = self.decoder.map().map_err(malformed)?;
        let mut values = vec![Value::Absent; members.len()];
        let mut seen = vec![false; members.len()];
        while self.has_more(&mut left)? {
            let name = self.key()?;
            let Some(index) = members.iter().position(|member| member.name == name) else {
                self.enter(Step::Key(name.into_owned()))?;
                return Err(DecodeError::Unknown(shown(&self.path)));
            };
            self.enter(Step::Member(members[index].name))?;
            if std::mem::replace(&mut seen[index], true) {
                return Err(DecodeError::Duplicate(shown(&self.path)));
            }
            values[index] = self.value(members[index].schema)?;
            self.path.pop();
        }
        Ok(Value::Structure(values))
    }

    /// Whether an item follows in an array or a map, of which `left` are still to come, or
    /// unknown how many.
    fn has_more(&mut self, left: &mut Option<u64>) -> Result<bool, DecodeError> {
        let Some(left) = left else {
            let is_over = self.next()? == Type::Break;
            if is_over {
                self.decoder.set_position(self.decoder.position() + 1);
            }
            return Ok(!is_over);
        };
        let has_more = *left > 0;
        *left = left.saturating_sub(1);
        Ok(has_more)
    }

    fn key(&mut self) -> Result<Cow<'b, str>, DecodeError> {
        match self.next()? {
            Type::String | Type::StringIndef => self.text(),
            found => {
                let message = format!("a key is {}, and no text", shown_type(found));
                Err(DecodeError::Malformed(message))
            }
        }
    }

    fn text(&mut self) -> Result<Cow<'b, str>, DecodeError> {
        if self.next()? == Type::String {
            return Ok(Cow::Borrowed(self.decoder.str().map_err(malformed)?));
        }
        let mut text = String::new();
        for piece in self.decoder.str_iter().map_err(malformed)? {
            text.push_str(piece.map_err(malformed)?);
        }
        Ok(Cow::Owned(text))
    }

    fn blob(&mut self) -> Result<Bytes, DecodeError> {
        let mut bytes = Vec::new();
        for piece in self.decoder.bytes_iter().map_err(malformed)? {
            bytes.extend_from_slice(piece.map_err(malformed)?);
        }
        Ok(Bytes::from(bytes))
    }

    fn number(&mut self) -> Result<f64, DecodeError> {
        match self.next()? {
            Type::F16 => self.half(),
            Type::F32 | Type::F64 => self.decoder.f64().map_err(malformed),
            _ => Ok(i128::from(self.decoder.int().map_err(malformed)?) as f64),
        }
    }

    /// Half precision (RFC 8949, appendix D), which `minicbor` has only with one crate more.
    fn half(&mut self) -> Result<f64, DecodeError> {
        let start = self.decoder.position() + 1;
        let Some(&[high, low]) = self.decoder.input().get(start..start + 2) else {
            return Err(DecodeError::Malformed("the body ends in a number".to_owned()));
        };
        self.decoder.set_position(start + 2);
        let bits = u16::from_be_bytes([high, low]);
        let (exponent, mantissa) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
        let size = match exponent {
            0 => mantissa * 2f64.powi(-24),
            31 if mantissa == 0.0 => f64::INFINITY,
            31 => f64::NAN,
            _ => (mantissa + 1024.0) * 2f64.powi(exponent - 25),
        };
        Ok(if bits >> 15 == 0 { size } else { -size })
    }

    fn next(&self) -> Result<Type, DecodeError> {
        self.decoder.datatype().map_err(malformed)
    }

    fn enter(&mut self, step: Step) -> Result<(), DecodeError> {
        if self.path.len() == DEPTH_MAX {
            let message = format!("the document is nested deeper than {DEPTH_MAX} levels");
            return Err(DecodeError::Malformed(message));
        }
        self.path.push(step);
        Ok(())
    }

    fn count(&mut self, more: usize) -> Result<(), DecodeError> {
        self.values += more;
        if self.values > CBOR_VALUES_MAX {
            let message = format!("the document has more than {CBOR_VALUES_MAX} values");
            return Err(DecodeError::Malformed(message));
        }
        Ok(())
    }

    fn wrong(&self, schema: &'static Schema, found: &str) -> DecodeError {
        let expected = match schema.kind {
            Kind::Boolean => "a boolean",
            Kind::Integer => "an integer of 32 bits",
            Kind::Long => "an integer of 64 bits",
            Kind::Float | Kind::Double => "a number",
            Kind::String | Kind::Enum(_) => "a text string",
            Kind::Blob => "a byte string",
            Kind::Timestamp(_) => "an instant (tag 1)",
            Kind::List(_) => "an array",
            Kind::Map(_) | Kind::Structure(_) | Kind::Union(_) => "a map",
            Kind::Document => "nothing, as this protocol has no documents",
        };
        let message = format!("expected {expected}, found {found}");
        DecodeError::WrongType { path: shown(&self.path), message }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn malformed(error: decode::Error) -> DecodeError {
    DecodeError::Malformed(format!("the body is not well-formed CBOR: {error}"))
}

fn schema_holds(schema: &'static Schema, number: i64) -> bool {
    matches!(schema.kind, Kind::Long) || i32::try_from(number).is_ok()
}

const fn is_integer(found: Type) -> bool {
    matches!(
        found,
        Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int
    )
}

const fn is_number(found: Type) -> bool {
    is_integer(found) || matches!(found, Type::F16 | Type::F32 | Type::F64)
}

const fn shown_type(found: Type) -> &'static str {
    match found {
        found if is_integer(found) => "an integer",
        Type::F16 | Type::F32 | Type::F64 => "a number with a fraction",
        Type::Bool => "a boolean",
        Type::String | Type::StringIndef => "a text string",
        Type::Bytes | Type::BytesIndef => "a byte string",
        Type::Array | Type::ArrayIndef => "an array",
        Type::Map | Type::MapIndef => "a map",
        Type::Tag => "a tag",
        Type::Null | Type::Undefined => "null",
        Type::Break => "the end of what has not begun",
        _ => "what this protocol does not have",
    }
}
