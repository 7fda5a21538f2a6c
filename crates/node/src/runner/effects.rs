//! The effects of one task that are under way.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use model::TaskKey;
use model::session::AssignedContainer;
use tokio::task::{AbortHandle, JoinSet};

use super::Runner;
use crate::observed::Outcome;
use crate::ports::{Host, StopSignal};
use crate::step::Effect;

/// Between two attempts to remove a task, at first and at most.
const REMOVE_PAUSE_FIRST: Duration = Duration::from_secs(1);
const REMOVE_PAUSE_MAX: Duration = Duration::from_secs(30);

/// INVARIANT: an effect is under way until what came of it was taken.
#[derive(Debug, Default)]
pub(super) struct Effects {
    tasks: JoinSet<Vec<Outcome>>,
    running: BTreeMap<Effect, AbortHandle>,
}

impl Effects {
    /// Begins an effect, unless it is under way.
    pub(super) fn begin<H: Host>(&mut self, runner: &Runner<H>, effect: Effect) {
        if self.running.contains_key(&effect) {
            return;
        }
        tracing::debug!(task = runner.assignment.task.id, ?effect, "an effect begins");
        let (host, task) = (Arc::clone(&runner.host), runner.assignment.task.clone());
        let assignment = runner.assignment.clone();
        let handle = match effect.clone() {
            Effect::Pull { container } => self.tasks.spawn(pull(runner, container)),
            Effect::AttachNetwork => self.tasks.spawn(async move {
                let result = host.attach_network(&assignment).await;
                vec![Outcome::NetworkAttached(result.map_err(|failure| failure.reason))]
            }),
            Effect::Launch => self.tasks.spawn(async move {
                let result = host.launch(&assignment).await;
                vec![Outcome::Launched(result.map_err(|failure| failure.reason))]
            }),
            Effect::Start { container } => self.tasks.spawn(start(runner, container)),
            Effect::Check { container } => self.tasks.spawn(check(runner, container)),
            Effect::Stop { container } => {
                self.tasks.spawn(signal(host, (task, container), StopSignal::Stop))
            }
            Effect::Kill { container } => {
                self.tasks.spawn(signal(host, (task, container), StopSignal::Kill))
            }
            Effect::Remove => self.tasks.spawn(remove(host, task)),
            Effect::Forget => self.tasks.spawn(async move {
                host.forget(&task).await;
                vec![Outcome::Forgotten]
            }),
        };
        self.running.insert(effect, handle);
    }

    /// What came of the next effect to end; waits for ever while there is none.
    pub(super) async fn next(&mut self, task: &TaskKey) -> Vec<Outcome> {
        let (id, outcomes) = match self.tasks.join_next_with_id().await {
            Some(Ok(done)) => done,
            Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
            // It was aborted.
            Some(Err(error)) => (error.id(), Vec::new()),
            None => std::future::pending().await,
        };
        for (effect, _) in self.running.extract_if(.., |_, handle| handle.id() == id) {
            tracing::debug!(task = task.id, ?effect, "an effect ended");
        }
        outcomes
    }

    /// Nobody waits for an image of a task that is to stop, nor for its health.
    pub(super) fn abort_needless(&self) {
        for (effect, handle) in &self.running {
            if let Effect::Pull { .. } | Effect::Check { .. } = effect {
                handle.abort();
            }
        }
    }

    /// Whether something is being made that a removal would miss.
    pub(super) fn is_setting_up(&self) -> bool {
        self.running.keys().any(is_setup)
    }
}

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

fn pull<H: Host>(
    runner: &Runner<H>,
    container: String,
) -> impl Future<Output = Vec<Outcome>> + use<H> {
    let (host, assignment) = (Arc::clone(&runner.host), runner.assignment.clone());
    let found = find(runner, &container);
    async move {
        let Some(found) = found else { return Vec::new() };
        let result = host.pull(&assignment, &found).await.map_err(|failure| failure.reason);
        vec![Outcome::Pulled { container, result }]
    }
}

fn start<H: Host>(runner: &Runner<H>, name: String) -> impl Future<Output = Vec<Outcome>> + use<H> {
    let (host, assignment) = (Arc::clone(&runner.host), runner.assignment.clone());
    let container = find(runner, &name);
    let image = runner.observed.containers.get(&name).and_then(|seen| seen.image.clone());
    async move {
        let (Some(container), Some(image)) = (container, image) else { return Vec::new() };
        let started = host.start(&assignment, &container, &image).await;
        let result = started.map_err(|failure| failure.reason);
        vec![Outcome::Started { container: name, result }]
    }
}

fn check<H: Host>(runner: &Runner<H>, name: String) -> impl Future<Output = Vec<Outcome>> + use<H> {
    let (host, task) = (Arc::clone(&runner.host), runner.assignment.task.clone());
    let check = find(runner, &name).and_then(|container| container.definition.health_check);
    async move {
        let Some(check) = check else { return Vec::new() };
        let timeout = Duration::from_secs(check.timeout_secs.into());
        let is_success = host.check(&task, &name, &check.command, timeout).await;
        vec![Outcome::Checked { container: name, is_success }]
    }
}

async fn signal<H: Host>(
    host: Arc<H>,
    (task, container): (TaskKey, String),
    signal: StopSignal,
) -> Vec<Outcome> {
    let sent = host.signal(&task, &container, signal).await;
    if let Err(failure) = &sent {
        tracing::error!(task = task.id, container, %failure, "a container is not signalled");
    }
    match (sent, signal) {
        // Its time runs all the same; it is killed when that is up.
        (_, StopSignal::Stop) => vec![Outcome::Signalled { container, is_kill: false }],
        (Ok(()), StopSignal::Kill) => vec![Outcome::Signalled { container, is_kill: true }],
        // What holds the task does not do its work: removal ends both.
        (Err(_), StopSignal::Kill) => vec![Outcome::Lost],
    }
}

/// Until it is removed, the task is not stopped: its address and its share of the host are not
/// another's to have.
async fn remove<H: Host>(host: Arc<H>, task: TaskKey) -> Vec<Outcome> {
    let mut pause = REMOVE_PAUSE_FIRST;
    while let Err(failure) = host.remove(&task).await {
        tracing::error!(task = task.id, %failure, "a task is not removed; trying again");
        host.wait_until(host.now() + pause).await;
        pause = (pause * 2).min(REMOVE_PAUSE_MAX);
    }
    vec![Outcome::Removed]
}

fn find<H>(runner: &Runner<H>, name: &str) -> Option<AssignedContainer> {
    let containers = &runner.assignment.spec.containers;
    containers.iter().find(|found| found.definition.name == name).cloned()
}
