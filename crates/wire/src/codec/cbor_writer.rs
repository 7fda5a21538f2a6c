//! Any shape as CBOR (RFC 8949).
//!
//! An instant is tag 1: whole seconds as an integer, else a double. What a schema says of an
//! instant's format is for other protocols.

use std::convert::Infallible;

use minicbor::data::IanaTag;
use minicbor::{Encoder, encode};
use model::Timestamp;

use crate::schema::Member;
use crate::shape::{Write, Writer};

pub(super) fn dump(shape: &dyn Write) -> Vec<u8> {
    let mut writer = CborWriter { out: Encoder::new(Vec::new()) };
    shape.write(&mut writer);
    writer.out.into_writer()
}

/// Writes maps and lists without their length, which the shapes do not tell beforehand.
struct CborWriter {
    out: Encoder<Vec<u8>>,
}

/// A vector takes whatever is written to it.
fn written<T>(result: Result<T, encode::Error<Infallible>>) {
    result.map(drop).expect("memory takes any bytes");
}

impl Writer for CborWriter {
    fn boolean(&mut self, value: bool) {
        written(self.out.bool(value));
    }

    fn integer(&mut self, value: i64) {
        written(self.out.i64(value));
    }

    fn double(&mut self, value: f64) {
        written(self.out.f64(value));
    }

    fn string(&mut self, value: &str) {
        written(self.out.str(value));
    }

    fn blob(&mut self, value: &[u8]) {
        written(self.out.bytes(value));
    }

    fn timestamp(&mut self, value: Timestamp) {
        let millis = value.as_millis();
        written(self.out.tag(IanaTag::Timestamp));
        if millis % 1000 == 0 {
            self.integer(millis / 1000);
        } else {
            self.double(millis as f64 / 1000.0);
        }
    }

    /// No model of a service that speaks this protocol has a document: `aws-api` tests it.
    fn document(&mut self, _value: &serde_json::Value) {
        written(self.out.null());
    }

    fn structure_begin(&mut self) {
        written(self.out.begin_map());
    }

    fn member(&mut self, member: &'static Member) {
        self.string(member.name);
    }

    fn structure_end(&mut self) {
        written(self.out.end());
    }

    fn list_begin(&mut self) {
        written(self.out.begin_array());
    }

    fn element(&mut self) {}

    fn list_end(&mut self) {
        written(self.out.end());
    }

    fn map_begin(&mut self) {
        written(self.out.begin_map());
    }

    fn key(&mut self, key: &str) {
        self.string(key);
    }

    fn map_end(&mut self) {
        written(self.out.end());
    }
}
