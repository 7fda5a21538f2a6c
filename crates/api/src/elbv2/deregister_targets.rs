//! `DeregisterTargets`: gives targets no new request, and lets go of them once they are drained.

use std::collections::BTreeSet;

use aws_api::elbv2::{DeregisterTargetsInput, DeregisterTargetsOutput};
use wire::ApiError;

use super::{target, target_group};
use crate::{Api, Caller, Turn};

/// COMPAT: "If the specified target does not exist, the action returns successfully."
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeregisterTargetsInput,
) -> Result<DeregisterTargetsOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DeregisterTargetsInput,
) -> Result<DeregisterTargetsOutput, ApiError> {
    let arn = &input.target_group_arn;
    let group = target_group::find(turn.snapshot, turn.scope(), arn)?;
    let addresses: BTreeSet<_> =
        input.targets.iter().map(|each| target::address(group, each)).collect::<Result<_, _>>()?;
    let is_used = target_group::usage(turn.snapshot, turn.scope()).contains_key(arn);
    for (address, port) in addresses {
        let id = format!("{arn}/{address}:{port}");
        let Some(known) = turn.snapshot.targets.get(turn.scope(), &id) else { continue };
        if !is_used {
            // Nothing sends it requests, so there is nothing to drain.
            turn.plan.delete(known);
        } else if known.draining_since.is_none() {
            turn.plan.update(known, planner::targets::draining(known, turn.now()));
        }
    }
    Ok(DeregisterTargetsOutput {})
}
