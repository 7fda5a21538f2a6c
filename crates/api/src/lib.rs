//! One file per AWS operation: authorize, validate, write one plan.
//!
//! Every operation reads one snapshot, decides, and commits one plan; a conflict
//! means reading and deciding again. What it answers is durable.
//!
//! INVARIANT: `aws-api` types stop here; records and plans know no protocol.
//! INVARIANT: a field that is accepted is honoured; any other is refused by name.

#![forbid(unsafe_code)]

mod address;
mod authorize;
mod client_token;
mod cloudwatch;
mod codedeploy;
mod context;
mod credentials;
mod default_network;
mod ec2;
mod ecs;
mod elbv2;
mod environment_file;
mod iam;
mod injection;
mod kms;
mod logs;
mod operations;
mod paging;
mod preview;
mod principals;
mod refuse;
mod rewrap;
mod role;
mod secretsmanager;
mod security_group_use;
mod ssm;
mod sts;
mod task_identity;

pub use authorize::{
    AccessExplanation, AccessQuestion, Denied, OutsideCall, RecentDenials, Refusal,
};
pub use context::{Api, ApiParts, Caller, Turn};
pub use credentials::{Identified, IdentifyError, Issued};
pub use injection::files::{ReadObject, Reading, Wanted as ObjectWanted};
pub use kms::KeyError;
pub use rewrap::{Rewrapped, rewrap};
pub use secretsmanager::{ResolveError, SecretReference, resolve as resolve_secret};
pub use ssm::{Missing as ParameterMissing, ParameterError, resolve_parameter};
