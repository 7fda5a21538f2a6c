//! Amazon S3: buckets and objects, at the same endpoint as every other service.
//!
//! `s3s` speaks the protocol: it routes, reads inputs, verifies signatures, writes answers. What
//! is behind it is this crate's: an index in `SQLite`, which holds what there is and in which
//! order, and a file for each run of bytes. Keys never become paths.
//!
//! INVARIANT: an operation, a member, a header or a parameter that [`operations`] does not know is
//! refused by name.
//! INVARIANT: whoever asks is decided on in `access`, before anything is read for them.
//! INVARIANT: what is acknowledged is on disk: first the bytes, then the index that names them.

#![forbid(unsafe_code)]

mod access;
mod answer;
mod arrival;
mod blobs;
mod body;
mod bucket_rows;
mod checksum;
mod chunked;
mod conditions;
mod described;
mod document;
mod fault;
mod gate;
mod host;
mod incoming;
mod index;
mod inside;
pub mod limits;
mod listing;
mod object_rows;
mod operations;
mod outgoing;
mod policy;
mod s3;
mod service;
mod signature;
mod upload_rows;

pub use gate::{Ask, Gate};
pub use inside::{ReadError, ReadFor};
pub use limits::Limits;
pub use operations::coverage;
pub use service::{ClearError, ObjectStore, ObjectStoreParts, OpenError};
