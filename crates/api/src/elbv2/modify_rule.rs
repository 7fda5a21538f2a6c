//! `ModifyRule`: replaces the conditions or the action of a rule.

use aws_api::elbv2::{ModifyRuleInput, ModifyRuleOutput};
use model::Rule;
use wire::ApiError;

use super::{action, condition, load_balancer, rule};
use crate::{Api, Caller, Turn};

/// `ResetTransforms` takes off what no rule has.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyRuleInput,
) -> Result<ModifyRuleOutput, ApiError> {
    rule::check_transforms(input.transforms.as_deref())?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(turn: &mut Turn<'_>, input: &ModifyRuleInput) -> Result<ModifyRuleOutput, ApiError> {
    let named = (input.rule_arn.as_str(), "modified");
    let known = rule::find_changeable(turn.snapshot, turn.scope(), named)?;
    let mut changed: Rule = (*known.record).clone();
    if let Some(conditions) = input.conditions.as_deref().filter(|given| !given.is_empty()) {
        changed.conditions = condition::parse(conditions)?;
    }
    if let Some(actions) = input.actions.as_deref().filter(|given| !given.is_empty()) {
        changed.actions = action::parse(actions)?;
        let arn = load_balancer::arn_of_rule(known);
        let balancer = load_balancer::find(turn.snapshot, turn.scope(), &arn)?;
        action::claim_target_groups(turn, balancer, &changed.actions)?;
        super::hold(turn, balancer);
    }
    turn.plan.update(known, changed.clone());
    Ok(ModifyRuleOutput { rules: Some(vec![rule::render(&changed)]) })
}
