//! Any shape as XML, by the names that its schema has for XML.
//!
//! INVARIANT: the text is well-formed whatever the strings hold: characters that XML 1.0
//! cannot carry are replaced.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::Timestamp;

use crate::cursor::Cursor;
use crate::schema::{Kind, Member, Schema, TimestampFormat};
use crate::shape::{Write, Writer};
use crate::timestamp;

/// What stands inside the element of the structure.
pub(super) fn content(schema: &'static Schema, shape: &dyn Write) -> String {
    let mut writer =
        XmlWriter { out: String::new(), cursor: Cursor::new(schema), name: "", open: Vec::new() };
    shape.write(&mut writer);
    writer.out
}

/// Text safe in content and in quoted attributes.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(needs_escape) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A bare one would be read back as a line feed.
            '\r' => escaped.push_str("&#xD;"),
            character if is_unfit(character) => escaped.push(char::REPLACEMENT_CHARACTER),
            character => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

fn needs_escape(character: char) -> bool {
    matches!(character, '&' | '<' | '>' | '"' | '\r') || is_unfit(character)
}

/// Outside of XML 1.0's `Char`.
fn is_unfit(character: char) -> bool {
    matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

struct XmlWriter {
    out: String,
    cursor: Cursor,
    /// The element of the next value; empty for the outermost, which the caller wraps.
    name: &'static str,
    open: Vec<Frame>,
}

struct Frame {
    /// What to close at the end; empty where nothing was opened.
    tag: &'static str,
    /// What each element or entry is called.
    item: &'static str,
}

impl XmlWriter {
    fn open(&mut self, tag: &str) {
        if !tag.is_empty() {
            self.out.push('<');
            self.out.push_str(tag);
            self.out.push('>');
        }
    }

    fn close(&mut self, tag: &str) {
        if !tag.is_empty() {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
    }

    fn scalar(&mut self, text: &str) {
        let name = self.name;
        self.open(name);
        self.out.push_str(&escape(text));
        self.close(name);
    }

    /// Opens a value whose items are called `item`; as the value itself where it is flattened.
    fn begin(&mut self, item: Option<&'static str>) {
        let frame = match item {
            Some(item) => Frame { tag: self.name, item },
            None => Frame { tag: "", item: self.name },
        };
        self.open(frame.tag);
        self.open.push(frame);
    }

    fn end(&mut self) {
        if let Some(frame) = self.open.pop() {
            self.close(frame.tag);
        }
    }

    fn item(&self) -> &'static str {
        self.open.last().map_or("", |frame| frame.item)
    }
}

impl Writer for XmlWriter {
    fn boolean(&mut self, value: bool) {
        self.scalar(if value { "true" } else { "false" });
    }

    fn integer(&mut self, value: i64) {
        self.scalar(&value.to_string());
    }

    fn double(&mut self, value: f64) {
        let text = if value.is_nan() {
            "NaN".to_owned()
        } else if value.is_infinite() {
            (if value > 0.0 { "Infinity" } else { "-Infinity" }).to_owned()
        } else {
            format!("{value:?}")
        };
        self.scalar(&text);
    }

    fn string(&mut self, value: &str) {
        self.scalar(value);
    }

    fn blob(&mut self, value: &[u8]) {
        self.scalar(&BASE64_STANDARD.encode(value));
    }

    fn timestamp(&mut self, value: Timestamp) {
        let text = match self.cursor.next().kind {
            Kind::Timestamp(TimestampFormat::EpochSeconds) => timestamp::to_epoch_seconds(value),
            Kind::Timestamp(TimestampFormat::HttpDate) => timestamp::to_http_date(value),
            _ => timestamp::to_iso8601(value),
        };
        self.scalar(&text);
    }

    fn document(&mut self, value: &serde_json::Value) {
        self.scalar(&value.to_string());
    }

    fn structure_begin(&mut self) {
        self.cursor.begin();
        self.begin(Some(""));
    }

    fn member(&mut self, member: &'static Member) {
        self.cursor.member(member);
        self.name = member.xml;
    }

    fn structure_end(&mut self) {
        self.cursor.end();
        self.end();
    }

    fn list_begin(&mut self) {
        if let Kind::List(list) = self.cursor.begin().kind {
            self.begin((!list.flattened).then_some(list.name));
        }
    }

    fn element(&mut self) {
        self.cursor.item();
        self.name = self.item();
    }

    fn list_end(&mut self) {
        self.cursor.end();
        self.end();
    }

    fn map_begin(&mut self) {
        if let Kind::Map(map) = self.cursor.begin().kind {
            self.begin((!map.flattened).then_some("entry"));
        }
    }

    fn key(&mut self, key: &str) {
        let item = self.item();
        if !self.cursor.item() {
            self.close(item);
        }
        self.open(item);
        if let Some(Kind::Map(map)) = self.cursor.here().map(|schema| schema.kind) {
            self.name = map.key_name;
            self.scalar(key);
            self.name = map.value_name;
        }
    }

    fn map_end(&mut self) {
        if !self.cursor.end() {
            self.close(self.item());
        }
        self.end();
    }
}
