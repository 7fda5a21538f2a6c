//! Actions of listeners and rules: read, held to what the data plane does, and shown.
//
// COMPAT: "Each rule must include exactly one of the following routing actions: forward,
// fixed-response, or redirect"; the others authenticate, for HTTPS listeners only.

mod fixed_response;
mod forward;
mod redirect;

use std::collections::BTreeSet;

use aws_api::elbv2::{self, ActionTypeEnum, errors};
use model::{Action, Entry, LoadBalancer, TargetGroup};
use wire::ApiError;

use super::target_group;
use crate::Turn;
use crate::refuse::refuse_given;

/// LIMIT: COMPAT: target groups that one load balancer forwards to.
pub(super) const TARGET_GROUPS_MAX: usize = 100;

pub(super) use forward::TARGET_GROUPS_MAX as FORWARD_TARGET_GROUPS_MAX;

/// The order of the only action there is.
const ORDER: i32 = 1;

/// The one action that a caller gives.
pub(super) fn parse(given: &[elbv2::Action]) -> Result<Vec<Action>, ApiError> {
    let [given] = given else {
        let error = if given.is_empty() {
            super::invalid("An action must be specified")
        } else {
            errors::too_many_actions_exception(
                "Exactly one action must be specified: forward, redirect or fixed-response",
            )
        };
        return Err(error);
    };
    if given.order.is_some_and(|order| order != ORDER) {
        return Err(super::unsupported(format!(
            "`Order` other than {ORDER} is not supported by Longshore yet, since there is one \
             action"
        )));
    }
    check_members(given)?;
    let kind = given.r#type.ok_or_else(|| super::invalid("An action type must be specified"))?;
    let action = match kind {
        ActionTypeEnum::Forward => forward::parse(given)?,
        ActionTypeEnum::Redirect => redirect::parse(given)?,
        ActionTypeEnum::FixedResponse => fixed_response::parse(given)?,
        ActionTypeEnum::AuthenticateOidc
        | ActionTypeEnum::AuthenticateCognito
        | ActionTypeEnum::JwtValidation => {
            return Err(super::unsupported(format!(
                "an action of type `{}` is not supported by Longshore yet",
                kind.as_str()
            )));
        }
    };
    Ok(vec![action])
}

/// Holds actions to the target groups there are, and keeps these as they are until the
/// plan is committed: they exist, are of the load balancer's VPC, and of no other load balancer.
pub(super) fn claim_target_groups(
    turn: &mut Turn<'_>,
    balancer: &Entry<LoadBalancer>,
    actions: &[Action],
) -> Result<(), ApiError> {
    let wanted: BTreeSet<&String> =
        actions.iter().flat_map(planner::targets::forwarded_to).collect();
    let usage = target_group::usage(turn.snapshot, turn.scope());
    let balancer_arn = balancer.arn();
    let mut used: BTreeSet<&String> = usage
        .iter()
        .filter(|(_, users)| users.contains(&balancer_arn))
        .map(|(group, _)| group)
        .collect();
    for arn in wanted {
        let group = target_group::find(turn.snapshot, turn.scope(), arn)?;
        check_vpc(balancer, group)?;
        if usage.get(arn).is_some_and(|users| users.iter().any(|user| *user != balancer_arn)) {
            return Err(errors::target_group_association_limit_exception(format!(
                "The following target groups cannot be associated with more than one load \
                 balancer: {arn}"
            )));
        }
        super::hold(turn, group);
        used.insert(arn);
    }
    if used.len() > TARGET_GROUPS_MAX {
        return Err(errors::too_many_unique_target_groups_per_load_balancer_exception(format!(
            "The maximum number of unique target groups per load balancer \
             ('{TARGET_GROUPS_MAX}') has been reached"
        )));
    }
    Ok(())
}

fn check_vpc(balancer: &LoadBalancer, group: &TargetGroup) -> Result<(), ApiError> {
    if group.vpc_id != balancer.vpc_id {
        return Err(errors::invalid_configuration_request_exception(format!(
            "The target group '{}' is not in the VPC of the load balancer",
            group.arn()
        )));
    }
    Ok(())
}

/// Actions in the order in which they are performed.
pub(super) fn render(actions: &[Action]) -> Vec<elbv2::Action> {
    actions
        .iter()
        .map(|action| match action {
            Action::Forward { target_groups, stickiness_secs, is_short_form: _ } => {
                forward::render(target_groups, *stickiness_secs)
            }
            Action::Redirect { .. } => redirect::render(action),
            Action::FixedResponse { .. } => fixed_response::render(action),
        })
        .map(|action| elbv2::Action { order: Some(ORDER), ..action })
        .collect()
}

/// Refuses what belongs to an action of another type.
fn check_members(given: &elbv2::Action) -> Result<(), ApiError> {
    refuse_given(
        &[
            ("AuthenticateOidcConfig", given.authenticate_oidc_config.is_some()),
            ("AuthenticateCognitoConfig", given.authenticate_cognito_config.is_some()),
            ("JwtValidationConfig", given.jwt_validation_config.is_some()),
        ],
        super::unsupported,
    )?;
    let strangers = [
        (
            "TargetGroupArn",
            ActionTypeEnum::Forward,
            given.target_group_arn.as_ref().is_some_and(|arn| !arn.is_empty()),
        ),
        ("ForwardConfig", ActionTypeEnum::Forward, given.forward_config.is_some()),
        ("RedirectConfig", ActionTypeEnum::Redirect, given.redirect_config.is_some()),
        (
            "FixedResponseConfig",
            ActionTypeEnum::FixedResponse,
            given.fixed_response_config.is_some(),
        ),
    ];
    for (member, kind, is_given) in strangers {
        if is_given && given.r#type != Some(kind) {
            return Err(errors::invalid_load_balancer_action_exception(format!(
                "You can specify '{member}' only for an action of type '{}'",
                kind.as_str()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
