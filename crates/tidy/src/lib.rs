//! Holds the house style by machine: what `tests/tidy.rs` checks is made of these parts.
//!
//! A rule that nobody checks is broken within a month, and a check that needs a review to apply
//! it is not a check. So the limits, the layers and the bans of CONTRIBUTING.md are tests here,
//! each with a message that says where, what, and what to do instead.
//!
//! INVARIANT: nothing here reads the network; the whole of it runs in about a second.

#![forbid(unsafe_code)]

pub mod bans;
pub mod coverage;
pub mod function;
pub mod imports;
pub mod layers;
pub mod locked;
pub mod mask;
pub mod operations;
pub mod promises;
pub mod shape;
pub mod tree;
