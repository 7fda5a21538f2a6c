//! `DeleteTargetGroup`: a group that nothing forwards to; its targets go with it.

use aws_api::elbv2::{DeleteTargetGroupInput, DeleteTargetGroupOutput, errors};
use wire::ApiError;

use super::target_group;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteTargetGroupInput,
) -> Result<DeleteTargetGroupOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input.target_group_arn)).await
}

/// COMPAT: a group that is not there is no error of this operation.
fn decide(turn: &mut Turn<'_>, arn: &str) -> Result<DeleteTargetGroupOutput, ApiError> {
    let Some(known) = target_group::get(turn.snapshot, turn.scope(), arn)? else {
        return Ok(DeleteTargetGroupOutput {});
    };
    if target_group::usage(turn.snapshot, turn.scope()).contains_key(arn) {
        return Err(errors::resource_in_use_exception(format!(
            "Target group '{arn}' is currently in use by a listener or a rule"
        )));
    }
    let scope = turn.scope().clone();
    for target in turn.snapshot.targets_of_group(&scope, arn) {
        turn.plan.delete(target);
    }
    turn.plan.delete(known);
    Ok(DeleteTargetGroupOutput {})
}
