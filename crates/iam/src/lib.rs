//! Who may do what: policy documents, and the decision on one request with the statements that
//! made it.
//!
//! The rule is written twice. `spec` follows the words of "Policy evaluation logic" one by one;
//! `evaluate` is what serves, with everything prepared that does not depend on the request. A
//! property test holds them equal.
//!
//! INVARIANT: a decision is a function of the request and the policies, and names its statements.

#![forbid(unsafe_code)]

mod condition;
mod document;
mod evaluate;
mod json;
mod malformed;
mod managed;
mod operator;
mod pattern;
mod place;
mod request;
pub mod spec;

pub use condition::Condition;
pub use document::{
    Actions, Effect, Policy, PolicyKind, PrincipalName, Principals, Resources, Statement, Version,
};
pub use evaluate::{Compiled, decide, permit};
pub use malformed::Malformed;
pub use managed::{Managed, is_managed, managed, managed_policies};
pub use operator::{Operator, Quantifier};
pub use pattern::is_like;
pub use place::{Place, statement_places};
pub use request::{
    Caller, CallerKind, Context, Decision, Denial, Grounds, Policies, PolicyRole, Request,
    ResourceRule,
};
