//! Holds all tasks of a node: a runner for each, and the session with control.
//!
//! INVARIANT: losing control changes nothing for the tasks.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use link::{Link, LinkError};
use model::TaskKey;
use model::session::{Assignment, FromNode, NodeFacts, TaskReport, ToNode};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::journal::{Entry, Journal};
use crate::log_ship::Shipper;
use crate::observed::Observed;
use crate::ports::Host;
use crate::runner::{Runner, Wish, name};

/// LIMIT: reports that wait for control; runners wait when it is full.
const REPORTS_QUEUED_MAX: usize = 256;
/// LIMIT: shipping progress that waits for one runner.
const SHIPPED_QUEUED_MAX: usize = 64;
/// How long to wait before another try to reach control.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub struct NodeConfig {
    pub facts: NodeFacts,
    pub control_socket: PathBuf,
    /// Where the journal is.
    pub data_dir: PathBuf,
}

#[derive(Debug)]
pub struct Node<H> {
    host: Arc<H>,
    config: NodeConfig,
    journal: Journal,
    tracker: TaskTracker,
    tasks: BTreeMap<TaskKey, Held>,
    reports: mpsc::Sender<TaskReport>,
    reported: mpsc::Receiver<TaskReport>,
    /// The last report of each task, said again in each new session.
    latest: BTreeMap<TaskKey, TaskReport>,
}

/// A task's runner.
#[derive(Debug)]
struct Held {
    wish: watch::Sender<Wish>,
    generation: u64,
    runner: tokio::task::JoinHandle<()>,
}

impl<H: Host> Node<H> {
    /// Takes up the tasks that an earlier process held, and removes what nobody holds.
    pub async fn open(host: H, config: NodeConfig) -> io::Result<Node<H>> {
        let journal = Journal::open(&config.data_dir)?;
        let (reports, reported) = mpsc::channel(REPORTS_QUEUED_MAX);
        let mut node = Node {
            host: Arc::new(host),
            config,
            journal: journal.clone(),
            tracker: TaskTracker::new(),
            tasks: BTreeMap::new(),
            reports,
            reported,
            latest: BTreeMap::new(),
        };
        let entries = journal.load()?;
        let keep: Vec<TaskKey> =
            entries.iter().map(|entry| entry.assignment.task.clone()).collect();
        node.host.collect_stale(&keep).await;
        for entry in entries {
            node.hold(entry);
        }
        Ok(node)
    }

    /// Runs until `stop` is cancelled. Tasks go on without this process.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let connected = tokio::select! {
                connected = link::connect(&self.config.control_socket, "/node") => connected,
                () = stop.cancelled() => return,
            };
            match connected {
                Ok(link) => {
                    tokio::select! {
                        ended = self.converse(link) => {
                            if let Err(error) = ended {
                                tracing::warn!(%error, "the session with control ended");
                            }
                        }
                        () = stop.cancelled() => return,
                    }
                }
                Err(error) => tracing::debug!(%error, "control cannot be reached"),
            }
            let pause = async {
                tokio::select! {
                    () = self.take_reports() => {}
                    () = stop.cancelled() => {}
                }
            };
            if tokio::time::timeout(RECONNECT_AFTER, pause).await.is_ok() {
                return;
            }
        }
    }

    /// Keeps runners from waiting while there is no session.
    async fn take_reports(&mut self) {
        while let Some(report) = self.reported.recv().await {
            self.latest.insert(report.task.clone(), report);
        }
    }

    async fn converse(&mut self, mut link: Link<ToNode, FromNode>) -> Result<(), LinkError> {
        link.send(&FromNode::Hello(self.config.facts.clone())).await?;
        for report in self.latest.values() {
            link.send(&FromNode::Report(Box::new(report.clone()))).await?;
        }
        loop {
            tokio::select! {
                message = link.receive() => match message? {
                    Some(message) => self.follow(message).await,
                    None => return Ok(()),
                },
                Some(report) = self.reported.recv() => {
                    self.latest.insert(report.task.clone(), report.clone());
                    link.send(&FromNode::Report(Box::new(report))).await?;
                }
            }
        }
    }

    async fn follow(&mut self, message: ToNode) {
        self.tasks.retain(|_, held| !held.runner.is_finished());
        match message {
            ToNode::Desired { revision: _, assignments, names } => {
                self.host.set_names(&names).await;
                let wanted: Vec<TaskKey> = assignments.iter().map(|one| one.task.clone()).collect();
                let held: Vec<TaskKey> = self.tasks.keys().cloned().collect();
                for key in held.iter().filter(|key| !wanted.contains(key)) {
                    self.drop_task(key);
                }
                for assignment in assignments {
                    self.assign(assignment);
                }
            }
            ToNode::Delta { revision: _, changed, removed, names } => {
                if let Some(names) = names {
                    self.host.set_names(&names).await;
                }
                for key in &removed {
                    self.drop_task(key);
                }
                for assignment in changed {
                    self.assign(assignment);
                }
            }
        }
    }

    fn assign(&mut self, assignment: Assignment) {
        match self.tasks.get_mut(&assignment.task) {
            Some(held) if assignment.generation > held.generation => {
                held.generation = assignment.generation;
                held.wish.send_replace(Wish::Hold(Box::new(assignment)));
            }
            Some(_) => {}
            None => {
                // Reported as stopped already: control has not heard, or not yet said so.
                if let Some(report) = self.latest.get(&assignment.task)
                    && report.stopped_at.is_some()
                {
                    return;
                }
                let observed = if assignment.is_begun {
                    Observed::ended_with_host(&assignment, self.host.now())
                } else {
                    Observed::new(&assignment)
                };
                self.hold(Entry { assignment, observed });
            }
        }
    }

    /// Control has forgotten the task, or has it as stopped: it must not run.
    fn drop_task(&mut self, key: &TaskKey) {
        self.latest.remove(key);
        if let Some(held) = self.tasks.get(key) {
            held.wish.send_replace(Wish::Kill);
        }
    }

    fn hold(&mut self, entry: Entry) {
        let Entry { assignment, observed } = entry;
        let key = assignment.task.clone();
        tracing::info!(task = name(&key), "holding a task");
        let (wish, wished) = watch::channel(Wish::Hold(Box::new(assignment.clone())));
        let (shipped, progress) = mpsc::channel(SHIPPED_QUEUED_MAX);
        for container in &assignment.spec.containers {
            let seen = observed.containers.get(&container.definition.name);
            if seen.is_some_and(|seen| seen.is_log_shipped) {
                continue;
            }
            let shipper = Shipper {
                host: Arc::clone(&self.host),
                control_socket: self.config.control_socket.clone(),
                task: key.clone(),
                container: container.clone(),
                position: seen.map(|seen| seen.log_position).unwrap_or_default(),
                shipped: shipped.clone(),
            };
            self.tracker.spawn(shipper.run());
        }
        let runner = Runner {
            host: Arc::clone(&self.host),
            journal: self.journal.clone(),
            wish: wished,
            reports: self.reports.clone(),
            shipped: progress,
            observed,
            assignment: assignment.clone(),
        };
        let runner = self.tracker.spawn(runner.run());
        self.tasks.insert(key, Held { wish, generation: assignment.generation, runner });
    }
}
