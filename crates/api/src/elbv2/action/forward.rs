//! Forward actions: to one target group, or to several by weight.

use std::collections::BTreeSet;

use aws_api::elbv2::{self, errors};
use model::{Action, WeightedTargetGroup};
use wire::ApiError;

/// LIMIT: COMPAT: target groups of one action.
pub(in crate::elbv2) const TARGET_GROUPS_MAX: usize = 5;

/// COMPAT: "The range is 0 to 999."
const WEIGHT_MAX: i32 = 999;

/// What a target group weighs where nothing is said.
const WEIGHT_DEFAULT: i32 = 1;

/// COMPAT: "The range is 1-604800 seconds (7 days)."
const STICKINESS_SECS: std::ops::RangeInclusive<i32> = 1..=604_800;

pub(super) fn parse(given: &elbv2::Action) -> Result<Action, ApiError> {
    let short = given.target_group_arn.as_ref().filter(|arn| !arn.is_empty());
    let Some(config) = &given.forward_config else {
        let arn =
            short.ok_or_else(|| super::super::invalid("A target group ARN must be specified"))?;
        return Ok(Action::Forward {
            target_groups: vec![WeightedTargetGroup {
                target_group_arn: arn.clone(),
                weight: WEIGHT_DEFAULT as u32,
            }],
            stickiness_secs: None,
            is_short_form: true,
        });
    };
    let tuples = config.target_groups.as_deref().unwrap_or_default();
    let target_groups: Vec<_> = tuples.iter().map(weighted).collect::<Result<_, _>>()?;
    check_groups(&target_groups)?;
    if let Some(short) = short {
        let is_same = target_groups.len() == 1 && target_groups[0].target_group_arn == *short;
        if !is_same {
            return Err(errors::invalid_load_balancer_action_exception(
                "You can specify both 'TargetGroupArn' and 'ForwardConfig' only with the same \
                 target group",
            ));
        }
    }
    let stickiness_secs = stickiness(config.target_group_stickiness_config.as_ref())?;
    Ok(Action::Forward { target_groups, stickiness_secs, is_short_form: false })
}

/// COMPAT: a single target group is shown in both forms, however it was given.
pub(super) fn render(
    groups: &[WeightedTargetGroup],
    stickiness_secs: Option<u32>,
) -> elbv2::Action {
    let only = if let [only] = groups { Some(only.target_group_arn.clone()) } else { None };
    let tuples = groups.iter().map(|group| elbv2::TargetGroupTuple {
        target_group_arn: Some(group.target_group_arn.clone()),
        weight: Some(group.weight as i32),
    });
    elbv2::Action {
        r#type: Some(elbv2::ActionTypeEnum::Forward),
        target_group_arn: only,
        forward_config: Some(elbv2::ForwardActionConfig {
            target_groups: Some(tuples.collect()),
            target_group_stickiness_config: Some(elbv2::TargetGroupStickinessConfig {
                enabled: Some(stickiness_secs.is_some()),
                duration_seconds: stickiness_secs.map(|seconds| seconds as i32),
            }),
        }),
        ..elbv2::Action::default()
    }
}

fn weighted(tuple: &elbv2::TargetGroupTuple) -> Result<WeightedTargetGroup, ApiError> {
    let arn = tuple.target_group_arn.clone().filter(|arn| !arn.is_empty());
    let target_group_arn =
        arn.ok_or_else(|| super::super::invalid("A target group ARN must be specified"))?;
    let weight = tuple.weight.unwrap_or(WEIGHT_DEFAULT);
    if !(0..=WEIGHT_MAX).contains(&weight) {
        return Err(super::super::invalid(format!(
            "Target group weight '{weight}' must be between '0' and '{WEIGHT_MAX}' inclusive"
        )));
    }
    Ok(WeightedTargetGroup { target_group_arn, weight: weight as u32 })
}

fn check_groups(groups: &[WeightedTargetGroup]) -> Result<(), ApiError> {
    if groups.is_empty() {
        return Err(super::super::invalid("A target group ARN must be specified"));
    }
    if groups.len() > TARGET_GROUPS_MAX {
        return Err(errors::too_many_target_groups_exception(format!(
            "The maximum number of target groups per action ('{TARGET_GROUPS_MAX}') has been \
             exceeded"
        )));
    }
    let distinct: BTreeSet<&String> = groups.iter().map(|group| &group.target_group_arn).collect();
    if distinct.len() < groups.len() {
        return Err(super::super::invalid(
            "Target groups of one action must be distinct from each other",
        ));
    }
    Ok(())
}

fn stickiness(given: Option<&elbv2::TargetGroupStickinessConfig>) -> Result<Option<u32>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    if let Some(seconds) = given.duration_seconds.filter(|secs| !STICKINESS_SECS.contains(secs)) {
        return Err(super::super::invalid(format!(
            "Target group stickiness duration '{seconds}' must be between '1' and '604800' \
             inclusive"
        )));
    }
    match (given.enabled, given.duration_seconds) {
        (Some(true), Some(seconds)) => Ok(Some(seconds as u32)),
        (Some(true), None) => Err(super::super::invalid(
            "You must specify a duration when enabling target group stickiness",
        )),
        (None | Some(false), _) => Ok(None),
    }
}
