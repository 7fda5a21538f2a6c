//! The network that a region has from its first use: the default VPC and its subnets.
//!
//! AWS makes it with the account. Here it is made when an operation first looks at the
//! region's networks, so that a region that nobody uses costs no record. Once it was deleted it is
//! made again by `CreateDefaultVpc` alone.
//!
//! INVARIANT: an operation that names or lists VPCs, subnets or security groups calls
//! [`ensure`] (or [`within`], to make it in its own plan) before it looks.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Cidr, Snapshot};
use wire::ApiError;

use crate::{Api, Caller, Turn};

/// A snapshot in which the caller's region has its default network, if it was not deleted.
pub(crate) async fn ensure(api: &Api, caller: &Caller) -> Result<Arc<Snapshot>, ApiError> {
    let snapshot = api.snapshot();
    if planner::network::had_default_network(&snapshot, &caller.scope) {
        return Ok(snapshot);
    }
    let cidr = api.vpc_cidr;
    api.transact(caller, |turn| {
        within(turn, cidr);
        Ok(())
    })
    .await?;
    Ok(api.snapshot())
}

/// The turn's snapshot with the default network in it, which the turn's plan makes where
/// there never was one.
pub(crate) fn within<'a>(turn: &mut Turn<'a>, cidr: Cidr) -> Cow<'a, Snapshot> {
    let scope = &turn.caller.scope;
    match planner::network::default_network(turn.snapshot, scope, cidr, &mut turn.rng) {
        None => Cow::Borrowed(turn.snapshot),
        Some(made) => {
            let mut snapshot = turn.snapshot.clone();
            let first = turn.plan.changes.len();
            made.insert_into(&mut turn.plan);
            snapshot.apply(snapshot.revision + 1, &turn.plan.changes[first..]);
            Cow::Owned(snapshot)
        }
    }
}
