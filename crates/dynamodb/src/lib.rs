//! What a DynamoDB request asks to do, to which tables, and what of it is refused.
//!
//! The items themselves are kept by an engine in a process of its own, which knows neither callers
//! nor policies. This crate reads a request before it goes there: [`Call::read`] refuses what is
//! not honoured, [`Call::asks`] says what is to be authorized, and [`Call::sent`] is what the
//! engine gets.
//!
//! INVARIANT: an operation is in [`operation::OPERATIONS`] or refused by name, and so is each of
//! its members.
//! INVARIANT: the engine is sent what was read here, written anew: a member that stands twice in a
//! request, or that we do not know, cannot mean one thing here and another there.
//! INVARIANT: every call asks for something: none has an empty list of asks.

#![forbid(unsafe_code)]

mod answer;
mod ask;
mod call;
mod expression;
mod key_condition;
mod keys;
mod members;
mod names;
mod number;
pub mod operation;
mod service;

pub use ask::Ask;
pub use call::Call;
pub use keys::TableKeys;
pub use names::is_table_name;
pub use service::{SERVICE, STREAMS};
