//! JSON in which no object has a key twice.
//!
//! Of two members with one key a reader takes the one or the other, and a policy would not mean
//! what its author reads in it. Objects are as deep as `serde_json` lets them be.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::malformed::Malformed;

pub(crate) fn read(text: &str) -> Result<Value, Malformed> {
    let duplicate = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Unique(&duplicate).deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    read.map_err(|_| duplicate.take().map_or(Malformed::Syntax, Malformed::DuplicateKey))
}

/// Reads a value, and keeps the first key that an object has twice.
#[derive(Clone, Copy)]
struct Unique<'a>(&'a Cell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.contains_key(&key) {
                self.0.set(Some(key));
                return Err(A::Error::custom("a key is there twice"));
            }
            object.insert(key, members.next_value_seed(self)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_that_is_there_twice_is_named() {
        for (text, key) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"{"a": [{"b": {"c": 1, "d": 2, "c": 3}}]}"#, "c"),
            (r#"{"a": 1, "\u0061": 2, "a": "#, "a"),
        ] {
            assert_eq!(read(text), Err(Malformed::DuplicateKey(key.to_owned())), "{text}");
        }
        for text in ["", "{", "{} {}", "{\"a\": 1,}", "[1e999]", "{1: 2}"] {
            assert_eq!(read(text), Err(Malformed::Syntax), "{text}");
        }
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&deep(100)).is_ok());
        assert_eq!(read(&deep(100_000)), Err(Malformed::Syntax));
    }

    proptest! {
        /// What has no key twice is read as it always was.
        #[test]
        fn all_else_is_as_it_was(
            value in r#"-?[0-9.e]{1,4}|true|null|"x"|"\\u00e9"|[{\[]|\[1, \{"a": 2\}\]"#,
            end in r#"(, "[bc]": 1)?\}?"#,
        ) {
            let text = format!("{{\"a\": {value}{end}");
            let known = serde_json::from_str::<Value>(&text).map_err(|_| Malformed::Syntax);
            prop_assert_eq!(read(&text), known);
        }
    }
}
