//! Rotations as the API has them: by which task, when, and how that is shown.
//
// COMPAT: where AWS invokes a Lambda function, a task is run here, so `RotationLambdaARN` is the
// ARN of its definition.

use aws_api::secretsmanager::RotationRulesType;
use model::{
    Arn, Entry, LaunchType, RotationRules, Secret, SecretRotation, TaskDefinition,
    TaskDefinitionRef, TaskDefinitionStatus, Timestamp,
};
use planner::rotation::Schedule;
use wire::ApiError;

use crate::Turn;

/// What a rotation's target is to be like.
const FORM: &str = "arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION";

/// The rules of a request, which give windows or say nothing.
pub(super) fn rules(given: &RotationRulesType) -> Result<RotationRules, ApiError> {
    let days = given.automatically_after_days.and_then(|days| u32::try_from(days).ok());
    let rules = RotationRules {
        automatically_after_days: days,
        schedule_expression: given.schedule_expression.clone(),
        duration: given.duration.clone(),
    };
    match Schedule::read(&rules) {
        Ok(_) => Ok(rules),
        Err(bad) => Err(super::invalid(format!("RotationRules: {bad}."))),
    }
}

/// The task definition that a request names, if it names one.
pub(super) fn target<'a>(
    turn: &Turn<'a>,
    given: Option<&str>,
) -> Result<Option<&'a Entry<TaskDefinition>>, ApiError> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
    let arn = Arn::parse(text).filter(|arn| arn.scope == *turn.scope());
    let reference = arn.filter(|arn| arn.service == "ecs").and_then(|arn| {
        let (family, revision) = arn.resource_id("task-definition")?.split_once(':')?;
        Some(TaskDefinitionRef { family: family.to_owned(), revision: revision.parse().ok()? })
    });
    let Some(reference) = reference else {
        return Err(super::unsupported(format!(
            "`RotationLambdaARN` {text} is not supported by Longshore, which runs no functions; \
             give the ARN of a task definition, whose task rotates the secret: {FORM}"
        )));
    };
    definition(turn, &reference).map(Some)
}

/// A definition of which a task can be run.
pub(super) fn definition<'a>(
    turn: &Turn<'a>,
    reference: &TaskDefinitionRef,
) -> Result<&'a Entry<TaskDefinition>, ApiError> {
    let found = turn.snapshot.task_definition(turn.scope(), reference);
    let is_active = |found: &&Entry<TaskDefinition>| found.status == TaskDefinitionStatus::Active;
    let found = found.filter(is_active).ok_or_else(|| {
        super::invalid(format!("RotationLambdaARN: {reference} is no active task definition."))
    })?;
    if found.requires_compatibilities.contains(&LaunchType::Fargate) {
        return Ok(found);
    }
    Err(super::invalid(format!(
        "RotationLambdaARN: task definition {reference} does not support launch type FARGATE."
    )))
}

/// COMPAT: of a rotation by days, "manually updating the secret value by calling
/// `PutSecretValue` or `UpdateSecret` is considered a valid rotation"
/// (`AutomaticallyAfterDays`).
pub(super) fn value_was_put(secret: &mut Secret, now: Timestamp) {
    let Some(rotation) = &mut secret.rotation else { return };
    if rotation.run.is_none() && rotation.rules.automatically_after_days.is_some() {
        rotation.next = planner::rotation::next_window(rotation, now);
    }
}

/// The members by which a rotation is shown; of a secret without one there are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub is_enabled: Option<bool>,
    pub arn: Option<String>,
    pub rules: Option<RotationRulesType>,
    pub last: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

pub(super) fn shown(secret: &Secret) -> Shown {
    let Some(rotation) = &secret.rotation else { return Shown::default() };
    let SecretRotation { rules, next, .. } = rotation;
    let rules = (*rules != RotationRules::default()).then(|| RotationRulesType {
        automatically_after_days: rules.automatically_after_days.map(i64::from),
        duration: rules.duration.clone(),
        schedule_expression: rules.schedule_expression.clone(),
    });
    // COMPAT: "The next rotation is scheduled to occur on or before this date", so it is the
    // last second of the window.
    let last_second = |at: Timestamp| Timestamp::from_millis(at.as_millis() - 1000);
    Shown {
        is_enabled: Some(rotation.is_enabled),
        arn: Some(rotation.task_definition.arn(&secret.scope)),
        rules,
        last: rotation.rotated_at.filter(|_| rotation.is_enabled),
        next: next.map(|window| last_second(window.closes_at)),
    }
}
