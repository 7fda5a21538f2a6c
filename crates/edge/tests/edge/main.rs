//! The listener over real connections on loopback.

mod authentication;
mod connections;
mod harness;
mod malformed;
mod modes;
mod objects;
