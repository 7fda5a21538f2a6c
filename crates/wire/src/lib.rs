//! Bytes in, bytes out: schemas, one codec per AWS protocol, error rendering.
//!
//! A request goes through in four steps, none of which knows an operation by name:
//! [`route`] tells service, operation and protocol from the request's facts; the
//! protocol's codec decodes the body to a [`Value`] by the operation's [`Schema`];
//! [`check`] holds it to the model's constraints; the generated type is read from it.
//! Back: the generated type writes itself to the codec's [`Writer`]; an [`ApiError`] is
//! rendered as the protocol renders errors.
//!
//! Another protocol is one file under `codec/` and one line in `codec.rs`.
//!
//! INVARIANT: a member that the operation's schema does not have is refused, by its path.
//! AWS ignores such members in JSON; here nothing is stored and ignored, and a setting
//! that has no effect because its name is misspelt is a setting that was ignored.
//! INVARIANT: no input makes this crate panic, recurse or allocate beyond [`limits`].

#![forbid(unsafe_code)]

mod check;
mod codec;
mod cursor;
mod debug;
mod error;
pub mod limits;
mod pattern;
mod request;
mod route;
mod schema;
mod shape;
mod timestamp;
mod value;

pub use check::check;
pub use codec::DecodeError;
pub use codec::json_value::{dump, parse};
pub use debug::debug;
pub use error::{ApiError, Fault, Field, internal_failure, not_implemented};
pub use pattern::Pattern;
pub use request::{Request, Response, answer};
pub use route::{Facts, Refusal, Route, route};
pub use schema::{
    Kind, List, Map, Member, Operation, Protocol, Quirks, Schema, Service, TimestampFormat, Typed,
    Wording,
};
pub use shape::{
    Fields, Read, ReadError, Shape, Write, Writer, equal, read_boxed, read_enum, write_structure,
};
pub use timestamp::{from_iso8601, to_iso8601};
pub use value::Value;
