//! DynamoDB's requests: authorized, sent to the engine's process, and answered.
//!
//! The engine (`engines/dynamodb`) is a program of its own on a Unix socket that only we may open.
//! It is started by the first request that needs it, and again when it has ended; its standard
//! input is its lifeline, so that it never outlives this process.
//!
//! INVARIANT: nothing is sent to the engine for a caller before all that the request asks is
//! authorized, but for a look at its tables' keys, on which the decision may depend.
//! INVARIANT: what the engine answers about a scope goes to a caller of that scope only.

#![forbid(unsafe_code)]

mod authorize;
mod connection;
mod engine;
mod proxy;
mod tables;

pub use authorize::Authorize;
pub use engine::{Engine, EngineConfig, EngineError, Keeper};
pub use proxy::Proxy;
