//! `CreateRule`: adds a rule to a listener.

use aws_api::elbv2::{CreateRuleInput, CreateRuleOutput, errors};
use model::Rule;
use wire::ApiError;

use super::{action, condition, listener, rule, tags};
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: rules of one load balancer, default rules not counted.
pub(super) const PER_LOAD_BALANCER_MAX: usize = 100;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateRuleInput,
) -> Result<CreateRuleOutput, ApiError> {
    rule::check_transforms(input.transforms.as_deref())?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(turn: &mut Turn<'_>, input: &CreateRuleInput) -> Result<CreateRuleOutput, ApiError> {
    let listener = listener::find(turn.snapshot, turn.scope(), &input.listener_arn)?;
    let balancer = listener::load_balancer(turn.snapshot, listener)?;
    let made = Rule {
        scope: turn.scope().clone(),
        id: turn.rng.hex(16),
        listener_id: listener.id.clone(),
        load_balancer_name: listener.load_balancer_name.clone(),
        load_balancer_id: listener.load_balancer_id.clone(),
        priority: input.priority.unsigned_abs(),
        conditions: condition::parse(&input.conditions)?,
        actions: action::parse(&input.actions)?,
        tags: tags::parse(input.tags.as_deref())?,
    };
    let mut others = rule::of_listener(turn.snapshot, listener);
    if others.any(|other| other.priority == made.priority) {
        return Err(rule::priority_in_use(made.priority));
    }
    if rule::of_load_balancer(turn.snapshot, balancer).count() >= PER_LOAD_BALANCER_MAX {
        return Err(errors::too_many_rules_exception(format!(
            "The maximum number of rules for this load balancer ('{PER_LOAD_BALANCER_MAX}') has \
             been reached"
        )));
    }
    action::claim_target_groups(turn, balancer, &made.actions)?;
    super::hold(turn, balancer);
    turn.plan.insert(made.clone());
    Ok(CreateRuleOutput { rules: Some(vec![rule::render(&made)]) })
}
