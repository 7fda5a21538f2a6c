//! The bounds on what a request may make us do, each with its reason.

/// LIMIT: nesting of JSON and CBOR values; the deepest modelled input has 12 levels.
pub const DEPTH_MAX: usize = 64;

/// LIMIT: values that one CBOR body decodes to, a structure's absent members counted. One
/// byte of CBOR may be a structure of many, and each takes up to eighty bytes, so the size of
/// the body alone bounds little.
pub const CBOR_VALUES_MAX: usize = 1_000_000;

/// LIMIT: labels in a query parameter's name (`A.member.1.B` has four); the deepest
/// modelled input has 11.
pub const QUERY_DEPTH_MAX: usize = 32;

/// LIMIT: parameters of a query request; AWS's own services stop far below it.
pub const QUERY_PARAMETERS_MAX: usize = 20_000;

/// LIMIT: the number of a list element in a query request. Numbers only order the
/// elements, nothing is allocated by them, so it bounds nonsense, not memory.
pub const QUERY_INDEX_MAX: u32 = 20_000;

/// LIMIT: violations that one refusal spells out; the others are counted.
pub const VIOLATIONS_MAX: usize = 10;

/// LIMIT: how much of a value or of a member's path an error message shows, in bytes.
pub const SHOWN_TEXT_MAX: usize = 256;
