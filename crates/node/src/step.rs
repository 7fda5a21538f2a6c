//! What to do next about one task: desired against observed, a pure function.

use std::time::Duration;

use model::session::{AssignedContainer, Assignment};
use model::{
    ContainerDefinition, DependencyCondition, HealthStatus, STOP_TIMEOUT_SECS_DEFAULT, Timestamp,
};

use crate::observed::{Container, Observed, Outcome, Phase};
use crate::ports::StopSignal;

/// One thing to do. Those of one step do not wait for each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Pull { container: String },
    AttachNetwork,
    Launch,
    Start { container: String },
    Check { container: String },
    Stop { container: String },
    Kill { container: String },
    Remove,
    Forget,
}

impl Effect {
    pub fn signal(&self) -> Option<StopSignal> {
        match self {
            Effect::Stop { .. } => Some(StopSignal::Stop),
            Effect::Kill { .. } => Some(StopSignal::Kill),
            Effect::Pull { .. }
            | Effect::AttachNetwork
            | Effect::Launch
            | Effect::Start { .. }
            | Effect::Check { .. }
            | Effect::Remove
            | Effect::Forget => None,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// All that is to be done now; what is being done already is among it.
    pub effects: Vec<Effect>,
    /// What follows from time alone, and is to be applied before stepping again.
    pub outcome: Option<Outcome>,
    /// When to step again though nothing happened.
    pub wake_at: Option<Timestamp>,
}

impl Step {
    fn wake_at(&mut self, at: Timestamp) {
        self.wake_at = Some(self.wake_at.map_or(at, |already| already.min(at)));
    }
}

pub fn step(assignment: &Assignment, observed: &Observed, now: Timestamp) -> Step {
    let mut step = Step::default();
    if observed.is_forgotten {
        return step;
    }
    if observed.stopped_at.is_some() {
        let is_shipped = observed.containers.values().all(|c| c.is_log_shipped || !has_run(c));
        // Forgotten earlier it could be run again: control may not know yet that it ran.
        if is_shipped && observed.is_released {
            step.effects.push(Effect::Forget);
        }
    } else if assignment.is_stopping || observed.stop.is_some() {
        plan_stop(assignment, observed, now, &mut step);
    } else {
        plan_start(assignment, observed, now, &mut step);
    }
    step
}

fn plan_start(assignment: &Assignment, observed: &Observed, now: Timestamp, step: &mut Step) {
    if !observed.is_network_attached {
        step.effects.push(Effect::AttachNetwork);
    }
    if !observed.is_launched {
        step.effects.push(Effect::Launch);
    }
    let is_ready = observed.is_network_attached && observed.is_launched;
    for container in &assignment.spec.containers {
        let name = &container.definition.name;
        let Some(seen) = observed.containers.get(name) else { continue };
        match seen.phase {
            Phase::Waiting if seen.image.is_none() => {
                step.effects.push(Effect::Pull { container: name.clone() });
            }
            Phase::Waiting if !is_ready => {}
            Phase::Waiting => plan_container(assignment, observed, container, step),
            Phase::Running { since } => plan_check(container, seen, (since, now), step),
            Phase::Exited { .. } => {}
        }
    }
    plan_start_timeouts(assignment, observed, now, step);
}

fn plan_container(
    assignment: &Assignment,
    observed: &Observed,
    container: &AssignedContainer,
    step: &mut Step,
) {
    let name = &container.definition.name;
    match dependencies(&container.definition, observed) {
        Readiness::Ready => step.effects.push(Effect::Start { container: name.clone() }),
        Readiness::Waiting => {}
        Readiness::Never { dependency } => {
            debug_assert!(assignment.spec.containers.len() > 1, "nothing depends on itself");
            step.outcome = Some(Outcome::DependencyFailed {
                container: name.clone(),
                reason: format!(
                    "Dependency {dependency} of container {name} did not meet its condition"
                ),
            });
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Readiness {
    Ready,
    Waiting,
    Never { dependency: String },
}

/// Whether what a container depends on lets it start.
fn dependencies(definition: &ContainerDefinition, observed: &Observed) -> Readiness {
    let mut readiness = Readiness::Ready;
    for dependency in &definition.depends_on {
        let name = &dependency.container_name;
        let Some(seen) = observed.containers.get(name) else { continue };
        let never = || Readiness::Never { dependency: name.clone() };
        let one = match (dependency.condition, &seen.phase) {
            (_, Phase::Waiting) => Readiness::Waiting,
            (DependencyCondition::Start, _) => Readiness::Ready,
            (DependencyCondition::Complete, Phase::Exited { .. }) => Readiness::Ready,
            (DependencyCondition::Success, Phase::Exited { code: Some(0), .. }) => Readiness::Ready,
            (DependencyCondition::Success, Phase::Exited { .. }) => never(),
            (DependencyCondition::Complete | DependencyCondition::Success, _) => Readiness::Waiting,
            (DependencyCondition::Healthy, Phase::Exited { .. }) => never(),
            (DependencyCondition::Healthy, Phase::Running { .. }) => match seen.probe.status {
                HealthStatus::Healthy => Readiness::Ready,
                HealthStatus::Unknown => Readiness::Waiting,
                HealthStatus::Unhealthy => never(),
            },
        };
        match one {
            Readiness::Ready => {}
            Readiness::Waiting => readiness = Readiness::Waiting,
            Readiness::Never { .. } => return one,
        }
    }
    readiness
}

fn plan_check(
    container: &AssignedContainer,
    seen: &Container,
    (since, now): (Timestamp, Timestamp),
    step: &mut Step,
) {
    if let Some(check) = &container.definition.health_check {
        let due = seen.probe.due_at(check, since);
        if now >= due {
            step.effects.push(Effect::Check { container: container.definition.name.clone() });
        } else {
            step.wake_at(due);
        }
    }
}

/// A container whose dependency is not met within its own `startTimeout` fails the task.
fn plan_start_timeouts(
    assignment: &Assignment,
    observed: &Observed,
    now: Timestamp,
    step: &mut Step,
) {
    for container in &assignment.spec.containers {
        let definition = &container.definition;
        let Some(timeout) = definition.start_timeout_secs else { continue };
        let Some(seen) = observed.containers.get(&definition.name) else { continue };
        let Phase::Running { since } = seen.phase else { continue };
        let deadline = since + Duration::from_secs(timeout.into());
        let waiter = assignment.spec.containers.iter().find(|other| {
            let waits = other.definition.depends_on.iter().any(|d| {
                d.container_name == definition.name && d.condition != DependencyCondition::Start
            });
            let of = observed.containers.get(&other.definition.name);
            waits
                && of.is_some_and(|seen| seen.phase == Phase::Waiting)
                && dependencies(&other.definition, observed) == Readiness::Waiting
        });
        let Some(waiter) = waiter else { continue };
        if now < deadline {
            step.wake_at(deadline);
            continue;
        }
        step.outcome = Some(Outcome::DependencyFailed {
            container: waiter.definition.name.clone(),
            reason: format!(
                "Container {} did not reach its condition within its start timeout",
                definition.name
            ),
        });
    }
}

fn plan_stop(assignment: &Assignment, observed: &Observed, now: Timestamp, step: &mut Step) {
    for container in &assignment.spec.containers {
        let definition = &container.definition;
        let Some(seen) = observed.containers.get(&definition.name) else { continue };
        let Phase::Running { .. } = seen.phase else { continue };
        if is_needed(assignment, observed, &definition.name) {
            continue;
        }
        let name = definition.name.clone();
        match seen.stop_signalled_at {
            None => step.effects.push(Effect::Stop { container: name }),
            Some(at) => {
                let timeout = definition.stop_timeout_secs.unwrap_or(STOP_TIMEOUT_SECS_DEFAULT);
                let deadline = at + Duration::from_secs(timeout.into());
                if now < deadline {
                    step.wake_at(deadline);
                } else if !seen.is_kill_signalled {
                    step.effects.push(Effect::Kill { container: name });
                }
            }
        }
    }
    if !observed.is_any_running() {
        step.effects.push(Effect::Remove);
    }
}

/// Whether a container that still runs depends on this one: it is stopped first.
fn is_needed(assignment: &Assignment, observed: &Observed, name: &str) -> bool {
    assignment.spec.containers.iter().any(|other| {
        let depends = other.definition.depends_on.iter().any(|d| d.container_name == name);
        let seen = observed.containers.get(&other.definition.name);
        depends && seen.is_some_and(|seen| matches!(seen.phase, Phase::Running { .. }))
    })
}

/// Whether a container may have written anything.
pub fn has_run(container: &Container) -> bool {
    let has_ended = matches!(container.phase, Phase::Exited { code: Some(_), .. });
    container.runtime_id.is_some() || has_ended
}

#[cfg(test)]
mod tests;
