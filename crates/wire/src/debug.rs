//! `Debug` for every generated type, from its schema: what is sensitive shows as `***`.
//!
//! INVARIANT: a sensitive member's value does not reach the formatter.

use std::fmt::{self, Write as _};

use model::Timestamp;

use crate::cursor::Cursor;
use crate::schema::{Kind, Member};
use crate::shape::{Shape, Writer};

const MASK: &str = "***";

/// Formats `shape` as `Name { member: value, … }`, absent members left out.
pub fn debug<T: Shape>(shape: &T, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut writer = DebugWriter { out: String::new(), cursor: Cursor::new(T::SCHEMA), masked: 0 };
    shape.write(&mut writer);
    formatter.write_str(&writer.out)
}

struct DebugWriter {
    out: String,
    cursor: Cursor,
    /// How many of the open values are inside a sensitive one, itself included.
    masked: usize,
}

impl DebugWriter {
    fn push(&mut self, text: &str) {
        if self.masked == 0 {
            self.out.push_str(text);
        }
    }

    fn scalar(&mut self, value: &dyn fmt::Debug) {
        if self.cursor.next().sensitive {
            self.push(MASK);
        } else if self.masked == 0 {
            write!(self.out, "{value:?}").expect("a string takes any text");
        }
    }

    fn begin(&mut self, bracket: &str) {
        let schema = self.cursor.begin();
        if self.masked == 0 && schema.sensitive {
            self.push(MASK);
        }
        if self.masked > 0 || schema.sensitive {
            self.masked += 1;
        }
        if matches!(schema.kind, Kind::Structure(_) | Kind::Union(_)) {
            self.push(schema.name);
            self.push(" ");
        }
        self.push(bracket);
    }

    fn end(&mut self, space: &str, bracket: &str) {
        let is_empty = self.cursor.end();
        self.push(if is_empty { "" } else { space });
        self.push(bracket);
        self.masked = self.masked.saturating_sub(1);
    }
}

impl Writer for DebugWriter {
    fn boolean(&mut self, value: bool) {
        self.scalar(&value);
    }

    fn integer(&mut self, value: i64) {
        self.scalar(&value);
    }

    fn double(&mut self, value: f64) {
        self.scalar(&value);
    }

    fn string(&mut self, value: &str) {
        self.scalar(&value);
    }

    fn blob(&mut self, value: &[u8]) {
        self.scalar(&format_args!("{} bytes", value.len()));
    }

    fn timestamp(&mut self, value: Timestamp) {
        self.scalar(&value);
    }

    fn document(&mut self, value: &serde_json::Value) {
        self.scalar(value);
    }

    fn structure_begin(&mut self) {
        self.begin("{");
    }

    fn member(&mut self, member: &'static Member) {
        let is_first = self.cursor.member(member);
        self.push(if is_first { " " } else { ", " });
        self.push(member.name);
        self.push(": ");
    }

    fn structure_end(&mut self) {
        self.end(" ", "}");
    }

    fn list_begin(&mut self) {
        self.begin("[");
    }

    fn element(&mut self) {
        let is_first = self.cursor.item();
        self.push(if is_first { "" } else { ", " });
    }

    fn list_end(&mut self) {
        self.end("", "]");
    }

    fn map_begin(&mut self) {
        self.begin("{");
    }

    fn key(&mut self, key: &str) {
        let is_first = self.cursor.item();
        self.push(if is_first { "" } else { ", " });
        self.push(&format!("{key:?}: "));
    }

    fn map_end(&mut self) {
        self.end("", "}");
    }
}
