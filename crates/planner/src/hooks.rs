//! Hooks: what has to agree before a deployment leaves a stage.
//!
//! INVARIANT: a hook is run once at each stage that it names; asking a function again is the
//! same run.

use std::time::Duration;

use model::{
    HookAction, HookRun, HookStatus, HookTarget, LifecycleHook, LifecycleStage, Plan, Progress,
    Rng, Timestamp,
};

const ID_LENGTH: usize = 43;

/// The runs of the hooks that name a stage, for a deployment that enters it before or at
/// this step of production traffic.
pub fn begin(
    hooks: &[LifecycleHook],
    (stage, step): (LifecycleStage, u32),
    (now, rng): (Timestamp, &mut Rng),
) -> Vec<HookRun> {
    let named = hooks.iter().enumerate().filter(|(_, hook)| {
        // The stages around a shift of traffic are entered for each step.
        hook.stages.contains(&stage) && !(hook.is_once && step > 0)
    });
    named
        .map(|(index, hook)| {
            let (kind, status, invoke_at) = match hook.target {
                HookTarget::Pause => ("pause", HookStatus::AwaitingAction, None),
                HookTarget::Lambda { .. } | HookTarget::CodeDeploy { .. } => {
                    ("lambda", HookStatus::InProgress, Some(now))
                }
            };
            HookRun {
                // COMPAT: the form of a hook's id ("Pausing deployments with lifecycle hooks").
                id: format!("ecs-{kind}-{}", rng.alphanumeric(ID_LENGTH)),
                index,
                target: hook.target.clone(),
                status,
                expires_at: now + timeout(hook),
                timeout_action: hook.timeout_action,
                invoke_at,
                details: hook.details.clone(),
                reason: None,
            }
        })
        .collect()
}

/// Ends the runs that took too long, and looks again when the next would.
pub(crate) fn expire(progress: &mut Progress, now: Timestamp, plan: &mut Plan) {
    for run in progress.hooks.iter_mut().filter(|run| is_waiting(run)) {
        if now >= run.expires_at {
            run.status = HookStatus::TimedOut;
        } else {
            plan.wake_at(run.expires_at);
        }
    }
}

/// Whether no hook holds the deployment any more.
pub(crate) fn are_done(progress: &Progress) -> bool {
    progress.hooks.iter().all(|run| match run.status {
        HookStatus::Succeeded => true,
        HookStatus::TimedOut => run.timeout_action == HookAction::Continue,
        HookStatus::AwaitingAction | HookStatus::InProgress | HookStatus::Failed => false,
    })
}

fn is_waiting(run: &HookRun) -> bool {
    matches!(run.status, HookStatus::AwaitingAction | HookStatus::InProgress)
}

fn timeout(hook: &LifecycleHook) -> Duration {
    Duration::from_mins(hook.timeout_mins.into())
}
