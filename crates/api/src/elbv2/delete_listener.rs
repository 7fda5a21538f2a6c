//! `DeleteListener`: closes a port of a load balancer; its rules go with it.

use aws_api::elbv2::{DeleteListenerInput, DeleteListenerOutput};
use wire::ApiError;

use super::{listener, rule};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteListenerInput,
) -> Result<DeleteListenerOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = listener::find(turn.snapshot, turn.scope(), &input.listener_arn)?;
        let balancer = listener::load_balancer(turn.snapshot, known)?;
        super::hold(turn, balancer);
        for rule in rule::of_listener(turn.snapshot, known) {
            turn.plan.delete(rule);
        }
        turn.plan.delete(known);
        Ok(DeleteListenerOutput {})
    })
    .await
}
