//! Schemas: a service's operations and shapes as static data.
//!
//! The generated crate holds one `static` a shape; every codec, the constraint check and
//! `Debug` walk these, so that a protocol is one file and a shape costs no code in it.
//!
//! INVARIANT: a schema says nothing that a client could change; two requests never
//! differ in schema.

use crate::pattern::Pattern;
use crate::shape::{ReadError, Write};
use crate::value::Value;

/// One AWS service: how it is addressed, what it can be asked, how it words refusals.
#[derive(Debug)]
pub struct Service {
    /// The name that we use for it: `ecs`, `elbv2`.
    pub name: &'static str,
    /// The one that its model names first.
    pub protocol: Protocol,
    /// All that it is spoken to in, in its model's order.
    pub protocols: &'static [Protocol],
    pub api_version: &'static str,
    /// The service in a `SigV4` credential scope: `elasticloadbalancing` for `elbv2`.
    pub signing_name: &'static str,
    /// The first label of the service's host names.
    pub endpoint_prefix: &'static str,
    /// What stands before the dot in `X-Amz-Target`, and for the service in a path of
    /// rpc-v2-cbor; empty in protocols without it.
    pub target_prefix: &'static str,
    /// The namespace of XML answers; empty in protocols without it.
    pub xml_namespace: &'static str,
    pub quirks: Quirks,
    /// Of a service that spoke query first, and words its errors as it did then: each code
    /// with the name of the shape, which newer protocols give in its place. Else empty.
    pub query_error_shapes: &'static [(&'static str, &'static str)],
    /// Sorted by name.
    pub operations: &'static [Operation],
}

impl Service {
    pub fn operation(&'static self, name: &str) -> Option<&'static Operation> {
        let index = self.operations.binary_search_by(|it| it.name.cmp(name)).ok()?;
        self.operations.get(index)
    }

    pub fn speaks(&self, protocol: Protocol) -> bool {
        self.protocols.contains(&protocol)
    }

    /// The shape of the error with this code; the code itself where they are the same.
    pub fn error_shape<'a>(&self, code: &'a str) -> &'a str {
        let known = self.query_error_shapes.iter().find(|(known, _)| *known == code);
        known.map_or(code, |(_, shape)| shape)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    AwsJson10,
    AwsJson11,
    Query,
    Ec2,
    RpcV2Cbor,
}

impl Protocol {
    /// The code for an operation that the service does not have.
    pub const fn unknown_operation(self) -> &'static str {
        match self {
            Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
                "UnknownOperationException"
            }
            Protocol::Query | Protocol::Ec2 => "InvalidAction",
        }
    }
}

/// Where services that share a protocol differ; from `models/quirks.toml`.
#[derive(Clone, Copy, Debug)]
pub struct Quirks {
    pub wording: Wording,
    /// The code for a required member that is missing.
    pub missing: &'static str,
    /// The code for a value out of its range, length, pattern or set.
    pub invalid: &'static str,
    /// The code for a member that the operation does not have.
    pub unknown_member: &'static str,
}

/// In which words a service refuses a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// `1 validation error detected: Value null at 'family' failed to satisfy …`
    Counted,
    /// `The request must contain the parameter GroupName`
    Ec2,
}

#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    /// Its place in [`Service::operations`].
    pub index: usize,
    pub input: Typed,
    pub output: Typed,
    /// The element around a query answer; empty where there is none.
    pub result_wrapper: &'static str,
    /// Whether the model gives it an output, if only one without members.
    pub has_output: bool,
    /// The codes of the errors that the model lists.
    pub errors: &'static [&'static str],
    /// Whether the model marks it as changing nothing.
    pub readonly: bool,
}

/// A schema and its Rust type, for programs that go over all operations.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    pub schema: &'static Schema,
    /// Reads a value into the Rust type, boxed.
    pub read: fn(Value) -> Result<Box<dyn Write>, ReadError>,
}

/// One shape.
#[derive(Debug)]
pub struct Schema {
    pub name: &'static str,
    pub kind: Kind,
    /// Length for strings, blobs, lists and maps; value for numbers.
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<Pattern>,
    /// Never shown by `Debug` nor in an error.
    pub sensitive: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    String,
    /// One of these names.
    Enum(&'static [&'static str]),
    Blob,
    Timestamp(TimestampFormat),
    List(List),
    Map(Map),
    Structure(&'static [Member]),
    /// A structure of which exactly one member is set.
    Union(&'static [Member]),
    /// Any JSON value.
    Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// The protocol's own.
    Default,
    EpochSeconds,
    Iso8601,
    HttpDate,
}

#[derive(Clone, Copy, Debug)]
pub struct List {
    pub element: &'static Schema,
    /// An element's name where the protocol shows it.
    pub name: &'static str,
    pub flattened: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Map {
    pub key: &'static Schema,
    pub value: &'static Schema,
    pub key_name: &'static str,
    pub value_name: &'static str,
    pub flattened: bool,
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name in the model, and in JSON.
    pub name: &'static str,
    /// Its name in a query or ec2 request.
    pub query: &'static str,
    /// Its name in an XML answer.
    pub xml: &'static str,
    pub schema: &'static Schema,
    pub required: bool,
}

impl Schema {
    pub const fn new(name: &'static str, kind: Kind) -> Schema {
        Schema { name, kind, min: None, max: None, pattern: None, sensitive: false }
    }

    #[must_use]
    pub const fn min(mut self, min: i64) -> Schema {
        self.min = Some(min);
        self
    }

    #[must_use]
    pub const fn max(mut self, max: i64) -> Schema {
        self.max = Some(max);
        self
    }

    /// As [`Schema::new`] with a pattern, which must match the whole value.
    pub const fn with_pattern(name: &'static str, kind: Kind, pattern: &'static str) -> Schema {
        let pattern = Some(Pattern::new(pattern));
        Schema { name, kind, min: None, max: None, pattern, sensitive: false }
    }

    #[must_use]
    pub const fn sensitive(mut self) -> Schema {
        self.sensitive = true;
        self
    }

    /// The members of a structure or union; none for other shapes.
    pub const fn members(&self) -> &'static [Member] {
        match self.kind {
            Kind::Structure(members) | Kind::Union(members) => members,
            _ => &[],
        }
    }
}

impl Member {
    pub const fn new(name: &'static str, schema: &'static Schema) -> Member {
        Member { name, query: name, xml: name, schema, required: false }
    }

    #[must_use]
    pub const fn required(mut self) -> Member {
        self.required = true;
        self
    }

    #[must_use]
    pub const fn named(mut self, query: &'static str, xml: &'static str) -> Member {
        self.query = query;
        self.xml = xml;
        self
    }
}
