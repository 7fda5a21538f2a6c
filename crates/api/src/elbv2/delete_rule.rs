//! `DeleteRule`: takes a rule off its listener.

use aws_api::elbv2::{DeleteRuleInput, DeleteRuleOutput};
use wire::ApiError;

use super::rule;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteRuleInput,
) -> Result<DeleteRuleOutput, ApiError> {
    api.transact(caller, |turn| {
        let named = (input.rule_arn.as_str(), "deleted");
        let known = rule::find_changeable(turn.snapshot, turn.scope(), named)?;
        turn.plan.delete(known);
        Ok(DeleteRuleOutput {})
    })
    .await
}
