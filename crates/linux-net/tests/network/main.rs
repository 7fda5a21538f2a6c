//! The adapter against the real kernel, as root: every test is a host of its own, in a network
//! namespace without an uplink, so nothing reaches the machine's interfaces and nothing collides.

mod agreement;
mod lifecycle;
mod names;
mod outside;
mod policy;
mod reach;
mod support;
