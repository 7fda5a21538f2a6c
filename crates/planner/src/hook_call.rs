//! What a lifecycle hook's function is asked, and what is made of its answer.
//!
//! INVARIANT: an answer counts once, for the run that it was asked for, while that run waits.
//
// COMPAT: the event and the answer are those of "Lambda functions as lifecycle hooks" (ECS
// Developer Guide): shares of traffic are in the event only at the stages that move them.

use std::time::Duration;

use model::{
    HookRun, HookStatus, HookTarget, LifecycleStage, Progress, ServiceDeployment, ServiceKey,
    Snapshot, Timestamp,
};
use serde_json::{Map, Value, json};

/// COMPAT: when a function that is not done is asked again, unless it says.
const CALL_BACK_DELAY_DEFAULT: Duration = Duration::from_secs(30);
/// LIMIT: the longest that a function may put its answer off.
const CALL_BACK_DELAY_MAX: Duration = Duration::from_hours(1);

/// A function that is to be asked now.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub service: ServiceKey,
    pub deployment: String,
    pub hook_id: String,
    pub function_arn: String,
    pub form: Form,
    /// JSON.
    pub event: String,
}

/// Whose event a function is given, and so how it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By what it returns.
    Ecs,
    /// By a call of its own; what it returns says nothing.
    CodeDeploy,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Succeeded,
    /// The function's own word, or what kept it from giving one.
    Failed {
        reason: String,
    },
    /// It is to be asked again, with these details if it gave any.
    InProgress {
        delay: Duration,
        details: Option<String>,
    },
    /// It was told, and will say what it found through `CodeDeploy`.
    Told,
}

/// The calls that are due, and when the next is.
pub fn due(snapshot: &Snapshot, now: Timestamp) -> (Vec<Call>, Option<Timestamp>) {
    let mut calls = Vec::new();
    let mut next: Option<Timestamp> = None;
    let current = snapshot.services.all().filter_map(|service| {
        snapshot.service_deployment(&service.key, &service.current_deployment)
    });
    for deployment in current {
        let Some(progress) = deployment.progress.as_ref() else { continue };
        if deployment.status.is_final() || deployment.failure.is_some() {
            continue;
        }
        for run in &progress.hooks {
            let Some(at) = run.invoke_at.filter(|_| run.status == HookStatus::InProgress) else {
                continue;
            };
            if at > now {
                next = Some(next.map_or(at, |next| next.min(at)));
                continue;
            }
            match &run.target {
                HookTarget::Lambda { function_arn, .. } => {
                    calls.push(call(deployment, (progress, run), function_arn));
                }
                HookTarget::CodeDeploy { function, deployment_id } => {
                    calls.push(code_deploy_call(deployment, run, (function, deployment_id)));
                }
                HookTarget::Pause => {}
            }
        }
    }
    (calls, next)
}

/// What a function's answer says.
pub fn read(call: &Call, body: &[u8]) -> Answer {
    match call.form {
        Form::Ecs => read_status(&call.function_arn, body),
        Form::CodeDeploy => Answer::Told,
    }
}

fn read_status(function_arn: &str, body: &[u8]) -> Answer {
    let parsed: Value = serde_json::from_slice(body).unwrap_or_default();
    let details = || parsed.get("hookDetails").filter(|it| !it.is_null()).map(Value::to_string);
    match parsed.get("hookStatus").and_then(Value::as_str) {
        Some("SUCCEEDED") => Answer::Succeeded,
        Some("FAILED") => Answer::Failed {
            reason: format!("Lifecycle hook target {function_arn} returned FAILED status."),
        },
        Some("IN_PROGRESS") => {
            let delay = parsed.get("callBackDelay").and_then(Value::as_u64);
            let delay = delay.map_or(CALL_BACK_DELAY_DEFAULT, Duration::from_secs);
            Answer::InProgress { delay: delay.min(CALL_BACK_DELAY_MAX), details: details() }
        }
        Some(other) => unreadable(function_arn, &format!("HookStatus is not valid: {other}")),
        None => unreadable(function_arn, "HookStatus must not be null"),
    }
}

/// A function that could not be asked.
pub fn unreachable(function_arn: &str, why: &str) -> Answer {
    Answer::Failed {
        reason: format!("ECS was unable to invoke hook target {function_arn} due to {why}"),
    }
}

/// The deployment after the answer; `None` where nobody waits for it any more.
pub fn answered(
    deployment: &ServiceDeployment,
    hook_id: &str,
    answer: &Answer,
    now: Timestamp,
) -> Option<ServiceDeployment> {
    let mut next = deployment.clone();
    let runs = next.progress.iter_mut().flat_map(|progress| &mut progress.hooks);
    let run = runs.into_iter().find(|run| run.id == hook_id)?;
    if run.status != HookStatus::InProgress || deployment.status.is_final() {
        return None;
    }
    match answer {
        Answer::Succeeded => run.status = HookStatus::Succeeded,
        Answer::Failed { reason } => {
            run.status = HookStatus::Failed;
            run.reason = Some(reason.clone());
        }
        Answer::InProgress { delay, details } => {
            run.invoke_at = Some(now + *delay);
            run.details = merged(run.details.as_deref(), details.as_deref());
        }
        Answer::Told => run.invoke_at = None,
    }
    next.updated_at = now;
    Some(next)
}

fn unreadable(function_arn: &str, why: &str) -> Answer {
    Answer::Failed {
        reason: format!("ECS was unable to parse the response from {function_arn} due to: {why}."),
    }
}

fn call(
    deployment: &ServiceDeployment,
    (progress, run): (&Progress, &HookRun),
    function_arn: &str,
) -> Call {
    let service = &deployment.service;
    let revision = |id: &str| {
        let (cluster, name) = (&service.cluster, &service.name);
        service.scope.arn("ecs", format_args!("service-revision/{cluster}/{name}/{id}"))
    };
    let shares = |permille: u32, is_told: &[LifecycleStage]| {
        let mut shares = Map::new();
        if is_told.contains(&progress.stage) {
            shares.insert(revision(&deployment.target_revision), json!(permille / 10));
            if let Some(source) = &progress.source {
                shares.insert(revision(source), json!(100 - permille / 10));
            }
        }
        Value::Object(shares)
    };
    let mut event = json!({
        "executionId": run.id,
        "lifecycleStage": progress.stage.as_str(),
        "resourceArn": deployment.arn(),
        "executionDetails": {
            "serviceArn": service.arn(),
            "targetServiceRevisionArn": revision(&deployment.target_revision),
            "testTrafficWeights":
                shares(progress.test_permille, &[LifecycleStage::TestTrafficShift]),
            "productionTrafficWeights": shares(
                progress.production_permille,
                &[
                    LifecycleStage::PreProductionTrafficShift,
                    LifecycleStage::ProductionTrafficShift,
                ],
            ),
        },
    });
    let details = run.details.as_deref().and_then(|text| serde_json::from_str(text).ok());
    if let (Some(details), Value::Object(fields)) = (details, &mut event) {
        fields.insert("hookDetails".to_owned(), details);
    }
    Call {
        service: service.clone(),
        deployment: deployment.id.clone(),
        hook_id: run.id.clone(),
        function_arn: function_arn.to_owned(),
        form: Form::Ecs,
        event: event.to_string(),
    }
}

/// COMPAT: the event is that of "Validate an Amazon ECS service" (`CodeDeploy` User Guide).
fn code_deploy_call(
    deployment: &ServiceDeployment,
    run: &HookRun,
    (function, deployment_id): (&str, &str),
) -> Call {
    let event = json!({ "DeploymentId": deployment_id, "LifecycleEventHookExecutionId": run.id });
    Call {
        service: deployment.service.clone(),
        deployment: deployment.id.clone(),
        hook_id: run.id.clone(),
        function_arn: function.to_owned(),
        form: Form::CodeDeploy,
        event: event.to_string(),
    }
}

/// What a function returned is put over what it was given.
fn merged(known: Option<&str>, given: Option<&str>) -> Option<String> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (known.and_then(parse), given.and_then(parse)) {
        (Some(Value::Object(mut known)), Some(Value::Object(given))) => {
            known.extend(given);
            Some(Value::Object(known).to_string())
        }
        (known, given) => given.or(known).map(|details| details.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:check";

    #[track_caller]
    fn check(body: &str, expected: &Answer) {
        assert_eq!(&read_status(ARN, body.as_bytes()), expected);
    }

    #[test]
    fn an_answer_is_read_as_it_was_meant() {
        check(r#"{"hookStatus": "SUCCEEDED"}"#, &Answer::Succeeded);
        let again = |seconds, details: Option<&str>| Answer::InProgress {
            delay: Duration::from_secs(seconds),
            details: details.map(str::to_owned),
        };
        check(r#"{"hookStatus": "IN_PROGRESS"}"#, &again(30, None));
        check(
            r#"{"hookStatus": "IN_PROGRESS", "callBackDelay": 5, "hookDetails": {"n": 1}}"#,
            &again(5, Some(r#"{"n":1}"#)),
        );
    }

    #[test]
    fn what_is_no_answer_fails_with_a_reason() {
        let reason = |body: &str| match read_status(ARN, body.as_bytes()) {
            Answer::Failed { reason } => reason,
            other => format!("{other:?}"),
        };
        assert_eq!(
            reason(r#"{"hookStatus": "FAILED"}"#),
            format!("Lifecycle hook target {ARN} returned FAILED status.")
        );
        for body in ["", "null", "[]", r#"{"errorMessage": "x"}"#] {
            assert_eq!(
                reason(body),
                format!(
                    "ECS was unable to parse the response from {ARN} due to: HookStatus must \
                     not be null."
                )
            );
        }
    }

    #[test]
    fn details_are_put_over_those_that_were_given() {
        let merge = |known, given| merged(known, given);
        assert_eq!(
            merge(Some(r#"{"a":1}"#), Some(r#"{"b":2}"#)).as_deref(),
            Some(r#"{"a":1,"b":2}"#)
        );
        assert_eq!(merge(None, Some(r#"{"b":2}"#)).as_deref(), Some(r#"{"b":2}"#));
        assert_eq!(merge(Some("1"), None).as_deref(), Some("1"));
        assert_eq!(merge(None, None), None);
    }
}
