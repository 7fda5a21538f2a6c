//! Runs one task: steps, does what the step says, observes what came of it.
//!
//! INVARIANT: an effect is done once at a time; a step that asks for it again waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::session::{AssignedContainer, Assignment, TaskReport};
use model::{TaskKey, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

use crate::journal::{Entry, Journal};
use crate::observed::{Observed, Outcome, Phase};
use crate::ports::{ContainerExit, Host, StopSignal};
use crate::report::report;
use crate::step::{Effect, step};

/// What the manager tells a runner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    Hold(Box<Assignment>),
    /// Control knows nothing of it any more: it is killed, not stopped.
    Kill,
}

#[derive(Debug)]
pub(crate) struct Runner<H> {
    pub(crate) host: Arc<H>,
    pub(crate) journal: Journal,
    pub(crate) wish: watch::Receiver<Wish>,
    /// What control is told; bounded by whoever made it.
    pub(crate) reports: mpsc::Sender<TaskReport>,
    /// How far each container's output is shipped.
    pub(crate) shipped: mpsc::Receiver<Outcome>,
    pub(crate) assignment: Assignment,
    pub(crate) observed: Observed,
}

type Effects = JoinSet<Vec<Outcome>>;

impl<H: Host> Runner<H> {
    /// Runs until the task is over and nothing of it is left.
    pub(crate) async fn run(mut self) {
        let mut effects = Effects::new();
        let mut running: BTreeMap<Effect, AbortHandle> = BTreeMap::new();
        let mut reported = None;
        self.save();
        while !self.observed.is_forgotten {
            let wake_at = self.advance(&mut effects, &mut running);
            self.tell(&mut reported).await;
            let outcomes = self.wait(&mut effects, &mut running, wake_at).await;
            let now = self.host.now();
            for outcome in outcomes {
                self.observed.apply(&self.assignment, outcome, now);
            }
            self.save();
        }
        if let Err(error) = self.journal.remove(&self.assignment.task) {
            tracing::error!(task = self.assignment.task.id, %error, "a journal stays behind");
        }
    }

    /// Steps, and begins what is not under way. Returns when to step again.
    fn advance(
        &mut self,
        effects: &mut Effects,
        running: &mut BTreeMap<Effect, AbortHandle>,
    ) -> Option<Timestamp> {
        let now = self.host.now();
        let mut next = step(&self.assignment, &self.observed, now);
        while let Some(outcome) = next.outcome.take() {
            self.observed.apply(&self.assignment, outcome, now);
            next = step(&self.assignment, &self.observed, now);
        }
        let is_ending = self.assignment.is_stopping || self.observed.stop.is_some();
        if is_ending {
            self.observed.stopping_at.get_or_insert(now);
            for (effect, handle) in &*running {
                // Nobody waits for an image of a task that is to stop.
                if let Effect::Pull { .. } | Effect::Check { .. } = effect {
                    handle.abort();
                }
            }
        }
        running.retain(|_, handle| !handle.is_finished());
        for effect in next.effects {
            let is_blocked = effect == Effect::Remove && running.keys().any(is_setup);
            if !running.contains_key(&effect) && !is_blocked {
                let handle = self.begin(&effect, effects);
                running.insert(effect, handle);
            }
        }
        next.wake_at
    }

    fn begin(&mut self, effect: &Effect, effects: &mut Effects) -> AbortHandle {
        let (host, task) = (Arc::clone(&self.host), self.assignment.task.clone());
        let assignment = self.assignment.clone();
        match effect.clone() {
            Effect::Pull { container } => {
                self.observed.pull_started_at.get_or_insert(self.host.now());
                let image = self
                    .container(&container)
                    .map(|found| found.definition.image.clone())
                    .unwrap_or_default();
                effects.spawn(async move {
                    let result = host.pull(&image).await.map_err(|failure| failure.reason);
                    vec![Outcome::Pulled { container, result }]
                })
            }
            Effect::AttachNetwork => effects.spawn(async move {
                let result = host.attach_network(&assignment).await;
                vec![Outcome::NetworkAttached(result.map_err(|failure| failure.reason))]
            }),
            Effect::Launch => effects.spawn(async move {
                let result = host.launch(&assignment).await;
                vec![Outcome::Launched(result.map_err(|failure| failure.reason))]
            }),
            Effect::Start { container } => self.begin_start(container, effects),
            Effect::Check { container } => self.begin_check(container, effects),
            Effect::Stop { container } | Effect::Kill { container } => {
                let signal = effect.signal().unwrap_or(StopSignal::Kill);
                effects.spawn(async move {
                    if let Err(failure) = host.signal(&task, &container, signal).await {
                        tracing::warn!(task = task.id, container, %failure, "not signalled");
                    }
                    let is_kill = signal == StopSignal::Kill;
                    vec![Outcome::Signalled { container, is_kill }]
                })
            }
            Effect::Remove => effects.spawn(async move {
                match host.remove(&task).await {
                    Ok(()) => vec![Outcome::Removed],
                    Err(failure) => {
                        tracing::error!(task = task.id, %failure, "a task is not removed");
                        // What is left is collected when the node starts again.
                        vec![Outcome::Removed]
                    }
                }
            }),
            Effect::Forget => effects.spawn(async move {
                host.forget(&task).await;
                vec![Outcome::Forgotten]
            }),
        }
    }

    fn begin_start(&self, name: String, effects: &mut Effects) -> AbortHandle {
        let (host, assignment) = (Arc::clone(&self.host), self.assignment.clone());
        let container = self.container(&name).cloned();
        let image = self.observed.containers.get(&name).and_then(|seen| seen.image.clone());
        effects.spawn(async move {
            let (Some(container), Some(image)) = (container, image) else { return Vec::new() };
            let started = host.start(&assignment, &container, &image).await;
            let result = started.map_err(|failure| failure.reason);
            vec![Outcome::Started { container: name, result }]
        })
    }

    fn begin_check(&self, name: String, effects: &mut Effects) -> AbortHandle {
        let (host, task) = (Arc::clone(&self.host), self.assignment.task.clone());
        let check = self.container(&name).and_then(|c| c.definition.health_check.clone());
        effects.spawn(async move {
            let Some(check) = check else { return Vec::new() };
            let timeout = std::time::Duration::from_secs(check.timeout_secs.into());
            let is_success = host.check(&task, &name, &check.command, timeout).await;
            vec![Outcome::Checked { container: name, is_success }]
        })
    }

    /// Waits for the first thing that happens.
    async fn wait(
        &mut self,
        effects: &mut Effects,
        running: &mut BTreeMap<Effect, AbortHandle>,
        wake_at: Option<Timestamp>,
    ) -> Vec<Outcome> {
        let timer = async {
            match wake_at {
                Some(at) => {
                    let remaining = at.since(self.host.now());
                    let never = std::future::pending::<()>();
                    let _ = tokio::time::timeout(remaining, never).await;
                }
                None => std::future::pending().await,
            }
        };
        let exited: Vec<String> = self.exited();
        let is_watching = self.observed.is_launched && self.observed.stopped_at.is_none();
        let exit = async {
            if is_watching {
                self.host.next_exit(&self.assignment.task, &exited).await
            } else {
                std::future::pending().await
            }
        };
        tokio::select! {
            Some(done) = effects.join_next() => {
                running.retain(|_, handle| !handle.is_finished());
                done.unwrap_or_default()
            }
            exit = exit => vec![outcome_of(exit)],
            Some(outcome) = self.shipped.recv() => vec![outcome],
            changed = self.wish.changed() => {
                // A manager that ended leaves the task as it is.
                if changed.is_err() { std::future::pending::<()>().await }
                self.follow_wish();
                Vec::new()
            }
            () = timer => Vec::new(),
        }
    }

    fn follow_wish(&mut self) {
        let wish = self.wish.borrow_and_update().clone();
        match wish {
            Wish::Hold(assignment) if assignment.generation >= self.assignment.generation => {
                self.assignment = *assignment;
            }
            Wish::Hold(_) => {}
            Wish::Kill => {
                self.assignment.is_stopping = true;
                for container in &mut self.assignment.spec.containers {
                    container.definition.stop_timeout_secs = Some(0);
                }
            }
        }
    }

    /// Tells control, where there is something new to tell.
    async fn tell(&self, reported: &mut Option<TaskReport>) {
        let next = report(&self.assignment, &self.observed);
        if reported.as_ref() != Some(&next) {
            // The manager's end ends this process's work too.
            let _ = self.reports.send(next.clone()).await;
            *reported = Some(next);
        }
    }

    fn save(&self) {
        let entry = Entry { assignment: self.assignment.clone(), observed: self.observed.clone() };
        if let Err(error) = self.journal.write(&entry) {
            tracing::error!(task = self.assignment.task.id, %error, "a journal is not written");
        }
    }

    fn container(&self, name: &str) -> Option<&AssignedContainer> {
        self.assignment.spec.containers.iter().find(|found| found.definition.name == name)
    }

    fn exited(&self) -> Vec<String> {
        let is_exited = |phase: &Phase| matches!(phase, Phase::Exited { .. });
        let containers = self.observed.containers.iter();
        let exited: BTreeSet<&String> =
            containers.filter(|(_, seen)| is_exited(&seen.phase)).map(|(name, _)| name).collect();
        exited.into_iter().cloned().collect()
    }
}

/// Effects that make something which removal would miss.
fn is_setup(effect: &Effect) -> bool {
    match effect {
        Effect::AttachNetwork | Effect::Launch | Effect::Start { .. } => true,
        Effect::Pull { .. }
        | Effect::Check { .. }
        | Effect::Stop { .. }
        | Effect::Kill { .. }
        | Effect::Remove
        | Effect::Forget => false,
    }
}

fn outcome_of(exit: ContainerExit) -> Outcome {
    match exit {
        ContainerExit::Exited { container, code, is_out_of_memory, at: _ } => {
            Outcome::Exited { container, code, is_out_of_memory }
        }
        ContainerExit::Lost => Outcome::Lost,
    }
}

/// The task that a runner holds, for logs.
pub(crate) fn name(task: &TaskKey) -> String {
    format!("{}/{}", task.cluster, task.id)
}
