//! Runs one task: steps, does what the step says, observes what came of it.
//!
//! INVARIANT: an effect is done once at a time; a step that asks for it again waits for it.
//! INVARIANT: a runner never waits for control.

mod effects;

use std::path::PathBuf;
use std::sync::Arc;

use model::session::Assignment;
use model::{TaskKey, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::journal::{Entry, Journal};
use crate::log_ship::Shipper;
use crate::observed::{Observed, Outcome, Phase};
use crate::ports::{ContainerExit, Host};
use crate::report::report;
use crate::reports::Reports;
use crate::step::{Effect, step};
use effects::Effects;

/// LIMIT: shipping progress that waits for one runner.
const SHIPPED_QUEUED_MAX: usize = 64;

/// What the manager tells a runner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    Hold(Box<Assignment>),
    /// Control holds it no more. It is killed, not stopped, if it still runs.
    Kill,
}

#[derive(Debug)]
pub(crate) struct Runner<H> {
    pub(crate) host: Arc<H>,
    pub(crate) journal: Journal,
    pub(crate) control_socket: PathBuf,
    pub(crate) wish: watch::Receiver<Wish>,
    pub(crate) reports: Arc<Reports>,
    pub(crate) assignment: Assignment,
    pub(crate) observed: Observed,
}

/// What is under way for one task. Dropped, all of it ends.
struct Work {
    effects: Effects,
    /// How far each container's output is shipped.
    shipped: mpsc::Receiver<Outcome>,
    _shippers: JoinSet<()>,
    /// The process that held the task is gone, so nothing more is heard of its containers.
    is_lost: bool,
}

impl<H: Host> Runner<H> {
    /// Runs until the task is over, control knows, and nothing of it is left.
    pub(crate) async fn run(mut self) -> TaskKey {
        self.save();
        self.find_started().await;
        let mut work = self.begin_work();
        while !self.observed.is_forgotten {
            let wake_at = self.advance(&mut work);
            self.reports.tell(report(&self.assignment, &self.observed));
            let outcomes = self.wait(&mut work, wake_at).await;
            let now = self.host.now();
            for outcome in outcomes {
                work.is_lost |= outcome == Outcome::Lost;
                self.observed.apply(&self.assignment, outcome, now);
            }
            self.save();
        }
        if let Err(error) = self.journal.remove(&self.assignment.task) {
            tracing::error!(task = self.assignment.task.id, %error, "a journal stays behind");
        }
        self.assignment.task
    }

    /// A process that ended between starting a container and writing so down left it to us:
    /// it is to be stopped as one that runs, should the task be stopping.
    async fn find_started(&mut self) {
        if !self.observed.is_launched || self.observed.stopped_at.is_some() {
            return;
        }
        self.host.resume(&self.assignment).await;
        let started = self.host.started(&self.assignment.task).await;
        let now = self.host.now();
        for (container, started) in started {
            let outcome = Outcome::Started { container, result: Ok(started) };
            self.observed.apply(&self.assignment, outcome, now);
        }
    }

    fn begin_work(&self) -> Work {
        let (sender, shipped) = mpsc::channel(SHIPPED_QUEUED_MAX);
        let mut shippers = JoinSet::new();
        for container in &self.assignment.spec.containers {
            let seen = self.observed.containers.get(&container.definition.name);
            if seen.is_some_and(|seen| seen.is_log_shipped) {
                continue;
            }
            let shipper = Shipper {
                host: Arc::clone(&self.host),
                control_socket: self.control_socket.clone(),
                task: self.assignment.task.clone(),
                container: container.clone(),
                position: seen.map(|seen| seen.log_position).unwrap_or_default(),
                shipped: sender.clone(),
            };
            shippers.spawn(shipper.run());
        }
        Work { effects: Effects::default(), shipped, _shippers: shippers, is_lost: false }
    }

    /// Steps, and begins what is not under way. Returns when to step again.
    fn advance(&mut self, work: &mut Work) -> Option<Timestamp> {
        let now = self.host.now();
        let mut next = step(&self.assignment, &self.observed, now);
        while let Some(outcome) = next.outcome.take() {
            self.observed.apply(&self.assignment, outcome, now);
            next = step(&self.assignment, &self.observed, now);
        }
        if self.is_ending() {
            self.observed.stopping_at.get_or_insert(now);
            work.effects.abort_needless();
        }
        for effect in next.effects {
            if effect == Effect::Remove && work.effects.is_setting_up() {
                continue;
            }
            if let Effect::Pull { .. } = effect {
                self.observed.pull_started_at.get_or_insert(now);
            }
            work.effects.begin(self, effect);
        }
        next.wake_at
    }

    /// Waits for the first thing that happens.
    async fn wait(&mut self, work: &mut Work, wake_at: Option<Timestamp>) -> Vec<Outcome> {
        let is_watching = self.is_watching(work);
        let exited = self.exited();
        let timer = async {
            match wake_at {
                Some(at) => self.host.wait_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            outcomes = work.effects.next(&self.assignment.task) => outcomes,
            exit = self.host.next_exit(&self.assignment.task, &exited), if is_watching => {
                vec![outcome_of(exit)]
            }
            Some(outcome) = work.shipped.recv() => vec![outcome],
            // A manager that ended leaves the task as it is.
            Ok(()) = self.wish.changed() => {
                self.follow_wish();
                Vec::new()
            }
            () = timer => Vec::new(),
        }
    }

    fn follow_wish(&mut self) {
        let wish = self.wish.borrow_and_update().clone();
        match wish {
            Wish::Hold(assignment) if assignment.is_news(self.assignment.generation) => {
                self.assignment = *assignment;
            }
            Wish::Hold(_) => {}
            Wish::Kill => {
                self.observed.is_released = true;
                self.assignment.is_stopping = true;
                for container in &mut self.assignment.spec.containers {
                    container.definition.stop_timeout_secs = Some(0);
                }
            }
        }
    }

    fn is_ending(&self) -> bool {
        self.assignment.is_stopping || self.observed.stop.is_some()
    }

    /// Whether a container may still end by itself.
    fn is_watching(&self, work: &Work) -> bool {
        let is_held = self.observed.is_launched && self.observed.stopped_at.is_none();
        let may_end =
            !self.is_ending() || self.observed.is_any_running() || work.effects.is_setting_up();
        is_held && may_end && !work.is_lost
    }

    fn save(&self) {
        let entry = Entry { assignment: self.assignment.clone(), observed: self.observed.clone() };
        if let Err(error) = self.journal.write(&entry) {
            tracing::error!(task = self.assignment.task.id, %error, "a journal is not written");
        }
    }

    fn exited(&self) -> Vec<String> {
        let is_exited = |phase: &Phase| matches!(phase, Phase::Exited { .. });
        let containers = self.observed.containers.iter();
        containers
            .filter(|(_, seen)| is_exited(&seen.phase))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

fn outcome_of(exit: ContainerExit) -> Outcome {
    match exit {
        ContainerExit::Exited { container, code, is_out_of_memory, at } => {
            Outcome::Exited { container, code, is_out_of_memory, at }
        }
        ContainerExit::Lost => Outcome::Lost,
    }
}

/// The task that a runner holds, for logs.
pub(crate) fn name(task: &TaskKey) -> String {
    format!("{}/{}", task.cluster, task.id)
}
