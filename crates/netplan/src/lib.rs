//! Who may reach whom: security groups, their members and their rules, compiled to what a packet
//! filter looks up, and the verdict on one connection with the rules that decide it.
//!
//! INVARIANT: a verdict is of the packet that opens a connection; its answers follow it.
//! INVARIANT: what the compiled rules say is what the groups' own records say; a property test
//! compares them.

#![forbid(unsafe_code)]

mod compile;
mod denials;
mod explain;
mod places;
mod reasons;
mod verdict;
mod ways;

pub use compile::{compile, compile_after, is_same};
pub use denials::{Denials, DeniedKind, denials};
pub use explain::{Explanation, Outcome, Question, explain};
pub use places::QuestionError;
pub use verdict::{Opening, Packet, Refusal, Verdict, verdict};
