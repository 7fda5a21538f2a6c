//! The balancer against real sockets on loopback: every promise of the data plane, one test each.

mod backend;
mod client;
mod draining;
mod framing;
mod health;
mod proxying;
mod restart;
mod rules;
mod streaming;
mod world;
