//! What a node knows of one task: kept in the journal, changed by outcomes alone.

use std::collections::BTreeMap;

use model::session::{Assignment, LogPosition};
use model::{StopCode, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ports::{ImageFacts, Started};
use crate::probe::Probe;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    pub pull_started_at: Option<Timestamp>,
    pub pull_stopped_at: Option<Timestamp>,
    pub is_network_attached: bool,
    pub is_launched: bool,
    pub containers: BTreeMap<String, Container>,
    /// When every container had been started.
    pub started_at: Option<Timestamp>,
    pub stopping_at: Option<Timestamp>,
    pub execution_stopped_at: Option<Timestamp>,
    /// Why the task ends by itself.
    pub stop: Option<Stop>,
    pub stopped_at: Option<Timestamp>,
    /// Whether control holds it no more: it has heard of the end, or does not care.
    #[serde(default)]
    pub is_released: bool,
    pub is_forgotten: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub code: StopCode,
    pub reason: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Container {
    pub image: Option<ImageFacts>,
    pub phase: Phase,
    pub runtime_id: Option<String>,
    pub stop_signalled_at: Option<Timestamp>,
    pub is_kill_signalled: bool,
    pub probe: Probe,
    /// Where the next line to be shipped is.
    pub log_position: LogPosition,
    pub is_log_shipped: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    #[default]
    Waiting,
    Running {
        since: Timestamp,
    },
    Exited {
        /// None where it never ran.
        code: Option<i32>,
        reason: Option<String>,
        at: Timestamp,
    },
}

/// What came of an effect, or what happened by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    PullStarted,
    Pulled {
        container: String,
        result: Result<ImageFacts, String>,
    },
    NetworkAttached(Result<(), String>),
    Launched(Result<(), String>),
    Started {
        container: String,
        result: Result<Started, String>,
    },
    Checked {
        container: String,
        is_success: bool,
    },
    Signalled {
        container: String,
        is_kill: bool,
    },
    Exited {
        container: String,
        code: i32,
        is_out_of_memory: bool,
        at: Timestamp,
    },
    Lost,
    Shipped {
        container: String,
        position: LogPosition,
    },
    ShippedAll {
        container: String,
    },
    Removed,
    Forgotten,
    /// A container cannot start for what another did, or did not do in time.
    DependencyFailed {
        container: String,
        reason: String,
    },
}

impl Observed {
    pub fn new(assignment: &Assignment) -> Observed {
        let containers = assignment
            .spec
            .containers
            .iter()
            .map(|container| (container.definition.name.clone(), Container::default()))
            .collect();
        Observed { containers, ..Observed::default() }
    }

    /// A task that this node began and of which it has nothing left.
    ///
    /// COMPAT: the stop code of tasks whose host went away ("Stopped tasks error codes").
    pub fn ended_with_host(assignment: &Assignment, now: Timestamp) -> Observed {
        let mut observed = Observed::new(assignment);
        observed.stop = Some(Stop {
            code: StopCode::TerminationNotice,
            reason: "Host terminated: the task ended with it".to_owned(),
        });
        observed.execution_stopped_at = Some(now);
        observed.end_waiting(now);
        observed
    }

    pub fn apply(&mut self, assignment: &Assignment, outcome: Outcome, now: Timestamp) {
        match outcome {
            Outcome::PullStarted => {
                self.pull_started_at.get_or_insert(now);
            }
            Outcome::Pulled { container, result } => self.pulled(&container, result, now),
            Outcome::NetworkAttached(Ok(())) => self.is_network_attached = true,
            Outcome::Launched(Ok(())) => self.is_launched = true,
            Outcome::NetworkAttached(Err(reason)) | Outcome::Launched(Err(reason)) => {
                self.fail(&reason);
            }
            Outcome::Started { container, result } => self.started(&container, result, now),
            Outcome::Checked { container, is_success } => {
                self.checked(assignment, &container, is_success, now);
            }
            Outcome::Signalled { container, is_kill } => {
                if let Some(container) = self.containers.get_mut(&container) {
                    container.stop_signalled_at.get_or_insert(now);
                    container.is_kill_signalled |= is_kill;
                }
            }
            Outcome::Exited { container, code, is_out_of_memory, at } => {
                self.exited(assignment, &container, (code, is_out_of_memory, at));
            }
            Outcome::Lost => self.lost(now),
            Outcome::Shipped { container, position } => {
                if let Some(container) = self.containers.get_mut(&container) {
                    container.log_position = position;
                }
            }
            Outcome::ShippedAll { container } => {
                if let Some(container) = self.containers.get_mut(&container) {
                    container.is_log_shipped = true;
                }
            }
            Outcome::Removed => {
                self.end_waiting(now);
                self.stopped_at.get_or_insert(now);
            }
            Outcome::Forgotten => self.is_forgotten = true,
            Outcome::DependencyFailed { container, reason } => {
                if let Some(container) = self.containers.get_mut(&container) {
                    let reason = Some(reason.clone());
                    container.phase = Phase::Exited { code: None, reason, at: now };
                }
                self.fail(&reason);
            }
        }
    }

    /// The task cannot be what it is to be.
    fn fail(&mut self, reason: &str) {
        let (code, reason) = (StopCode::TaskFailedToStart, reason.to_owned());
        self.stop.get_or_insert(Stop { code, reason });
    }

    fn pulled(&mut self, name: &str, result: Result<ImageFacts, String>, now: Timestamp) {
        match result {
            Ok(facts) => {
                if let Some(container) = self.containers.get_mut(name) {
                    container.image = Some(facts);
                }
                if self.containers.values().all(|container| container.image.is_some()) {
                    self.pull_stopped_at.get_or_insert(now);
                }
            }
            Err(reason) => {
                self.pull_stopped_at.get_or_insert(now);
                if let Some(container) = self.containers.get_mut(name) {
                    let reason = Some(reason.clone());
                    container.phase = Phase::Exited { code: None, reason, at: now };
                }
                self.fail(&reason);
            }
        }
    }

    fn started(&mut self, name: &str, result: Result<Started, String>, now: Timestamp) {
        let Some(container) = self.containers.get_mut(name) else { return };
        let mut started_at = now;
        match result {
            Ok(started) => {
                started_at = started.at;
                container.runtime_id = Some(started.runtime_id);
                // Its end may have been seen before its start was answered.
                if container.phase == Phase::Waiting {
                    container.phase = Phase::Running { since: started.at };
                }
            }
            Err(reason) => {
                container.phase =
                    Phase::Exited { code: None, reason: Some(reason.clone()), at: now };
                self.fail(&reason);
            }
        }
        let is_started = |container: &Container| container.phase != Phase::Waiting;
        if self.stop.is_none() && self.containers.values().all(is_started) {
            self.started_at.get_or_insert(started_at);
        }
    }

    fn checked(&mut self, assignment: &Assignment, name: &str, success: bool, now: Timestamp) {
        let check = assignment
            .spec
            .containers
            .iter()
            .find(|container| container.definition.name == name)
            .and_then(|container| container.definition.health_check.as_ref());
        if let (Some(check), Some(container)) = (check, self.containers.get_mut(name))
            && let Phase::Running { since } = container.phase
        {
            container.probe.observe(check, since, success, now);
        }
    }

    fn exited(
        &mut self,
        assignment: &Assignment,
        name: &str,
        (code, is_out_of_memory, at): (i32, bool, Timestamp),
    ) {
        let Some(container) = self.containers.get_mut(name) else { return };
        if matches!(container.phase, Phase::Exited { .. }) {
            return;
        }
        // COMPAT: "Stopped tasks error codes", ECS Developer Guide.
        let reason = is_out_of_memory
            .then(|| "OutOfMemoryError: Container killed due to memory usage".to_owned());
        container.phase = Phase::Exited { code: Some(code), reason, at };
        let is_essential = assignment.spec.containers.iter().any(|container| {
            container.definition.name == name && container.definition.is_essential
        });
        if is_essential && !assignment.is_stopping {
            self.stop.get_or_insert(Stop {
                code: StopCode::EssentialContainerExited,
                reason: "Essential container in task exited".to_owned(),
            });
        }
        if !self.is_any_running() {
            self.execution_stopped_at.get_or_insert(at);
        }
    }

    /// The shim is gone: whatever ran is killed by what cleans up after it.
    fn lost(&mut self, now: Timestamp) {
        for container in self.containers.values_mut() {
            if let Phase::Running { .. } = container.phase {
                let reason = Some("the process that held the task ended".to_owned());
                container.phase = Phase::Exited { code: Some(137), reason, at: now };
            }
        }
        self.execution_stopped_at.get_or_insert(now);
        self.stop.get_or_insert(Stop {
            code: StopCode::EssentialContainerExited,
            reason: "Essential container in task exited".to_owned(),
        });
    }

    fn end_waiting(&mut self, now: Timestamp) {
        for container in self.containers.values_mut() {
            if !matches!(container.phase, Phase::Exited { .. }) {
                container.phase = Phase::Exited { code: None, reason: None, at: now };
            }
        }
    }

    pub fn is_any_running(&self) -> bool {
        self.containers.values().any(|c| matches!(c.phase, Phase::Running { .. }))
    }
}
