//! The API listener: bytes in, an authenticated and routed request out, the answer back.
//!
//! One port serves every AWS service. A request is read within [`Limits`], routed
//! by `wire`, authenticated by `sigv4`, and handed to the [`Services`]; whatever
//! goes wrong on the way is told in the words of the protocol that the client
//! speaks. Paths under `/_longshore/` are ordinary routes, the caller's own.
//!
//! INVARIANT: nothing a client sends makes this crate panic, and a panic in an
//! operation costs that one request.
//! INVARIANT: every buffer, wait and count that a client can drive is in [`Limits`].
//! INVARIANT: without signatures, only this machine is served.

#![forbid(unsafe_code)]

mod authenticate;
mod browser;
mod config;
mod context;
mod handler;
pub mod limits;
mod read;
mod respond;
mod server;

pub use authenticate::{Credentials, Identity, LookupError};
pub use config::{AuthMode, Config, ConfigError, validate};
pub use context::{Clock, Objects, ObjectsArrival, RequestContext, Sender, Services};
pub use limits::Limits;
pub use server::{Edge, Parts, ServeError};
