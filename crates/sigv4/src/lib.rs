//! AWS Signature Version 4: canonical request, signing, verification, presigned queries.
//!
//! A request proves who sent it by an HMAC over a canonical form of itself. The
//! server reads the [`Claim`] (who says they signed, when, for what), looks up
//! the secret of that access key, and has [`Verifier::verify`] compute the
//! signature again. [`sign`] and [`presign`] are the client's half; both halves
//! share one canonical form, which AWS's published vectors pin down.
//!
//! INVARIANT: no clock, no I/O; the time is an argument.
//! INVARIANT: signatures are compared in constant time, and a secret has neither
//! `Debug` nor `Display`.

#![forbid(unsafe_code)]

mod amz_date;
mod canonical;
mod claim;
mod error;
mod key;
mod request;
mod sign;
mod verify;

pub use amz_date::AmzDate;
pub use canonical::{Form, PathRule, canonical_request, string_to_sign};
pub use claim::{Claim, Hint};
pub use error::{Error, Family, Fault};
pub use key::SecretKey;
pub use request::{BodyHash, Headers, Request};
pub use sign::{Credentials, Signing, presign, sign};
pub use verify::{Expected, PayloadRule, Verifier, check_claim};

/// The only algorithm spoken here.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What every credential scope ends with.
pub const TERMINATOR: &str = "aws4_request";

/// Stands for the body's hash where the service does not check the body.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// How far the clock of a client may be from ours.
pub const CLOCK_SKEW_SECONDS_MAX: i64 = 15 * 60;

/// The longest life of a presigned query: a week.
pub const EXPIRES_SECONDS_MAX: u32 = 7 * 24 * 60 * 60;
