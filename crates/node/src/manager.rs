//! Holds all tasks of a node: a runner for each, and the session with control.
//!
//! INVARIANT: losing control changes nothing for the tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use link::{Link, LinkError, LinkSender};
use model::TaskKey;
use model::packet_rules::PacketChange;
use model::session::{Assignment, FromNode, NameRecord, NodeFacts, ToNode};
use model::task_identity::SecretText;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::image_collection::ImageCollection;
use crate::journal::{Entry, Journal};
use crate::observed::Observed;
use crate::ports::Host;
use crate::report::report;
use crate::reports::Reports;
use crate::runner::{Runner, Wish, name};

/// How long to wait before another try to reach control.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub struct NodeConfig {
    pub facts: NodeFacts,
    /// What control knows it by.
    pub key: SecretText,
    pub control_socket: PathBuf,
    /// Where the journal is.
    pub data_dir: PathBuf,
}

/// All of a node's work. Dropped, it ends as if the process had: the tasks go on.
#[derive(Debug)]
pub struct Node<H> {
    host: Arc<H>,
    config: NodeConfig,
    journal: Journal,
    tasks: BTreeMap<TaskKey, Held>,
    /// LIMIT: one a task.
    runners: JoinSet<TaskKey>,
    reports: Arc<Reports>,
    images: ImageCollection,
    _collector: JoinSet<()>,
}

/// A task that a runner holds.
#[derive(Debug)]
struct Held {
    wish: watch::Sender<Wish>,
    generation: u64,
    /// The revision at which control held it no more.
    dropped_at: Option<u64>,
}

impl<H: Host> Node<H> {
    /// Takes up the tasks that an earlier process held, and removes what nobody holds.
    pub async fn open(host: H, config: NodeConfig) -> io::Result<Node<H>> {
        let journal = Journal::open(&config.data_dir)?;
        let (entries, names) = (journal.load()?, journal.load_names()?);
        let (host, reports) = (Arc::new(host), Arc::new(Reports::default()));
        let images = ImageCollection::default();
        let keep: Vec<TaskKey> =
            entries.iter().map(|entry| entry.assignment.task.clone()).collect();
        host.collect_stale(&keep).await;
        host.set_names(&names).await;
        let mut collector = JoinSet::new();
        collector.spawn(images.clone().run(Arc::clone(&host), Arc::clone(&reports)));
        let mut node = Node {
            host,
            config,
            journal,
            tasks: BTreeMap::new(),
            runners: JoinSet::new(),
            reports,
            images,
            _collector: collector,
        };
        for entry in entries {
            node.hold(entry);
        }
        node.images.request();
        Ok(node)
    }

    /// For whoever else makes images unneeded.
    pub fn image_collection(&self) -> ImageCollection {
        self.images.clone()
    }

    /// Runs until `stop` is cancelled. Tasks go on without this process.
    pub async fn run(mut self, stop: CancellationToken) {
        tokio::select! {
            () = self.serve() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn serve(&mut self) {
        loop {
            match link::connect(&self.config.control_socket, "/node").await {
                Ok(link) => {
                    if let Err(error) = self.converse(link).await {
                        tracing::warn!(%error, "the session with control ended");
                    }
                }
                Err(error) => tracing::debug!(%error, "control cannot be reached"),
            }
            let idle = async {
                loop {
                    let ended = self.next_ended().await;
                    self.release(ended);
                }
            };
            let _: Result<(), _> = tokio::time::timeout(RECONNECT_AFTER, idle).await;
        }
    }

    async fn converse(&mut self, link: Link<ToNode, FromNode>) -> Result<(), LinkError> {
        let (mut sender, mut receiver) = link.split();
        let (facts, key) = (self.config.facts.clone(), self.config.key.clone());
        sender.send(&FromNode::Hello { facts, key }).await?;
        self.reports.begin_session();
        let asked = Notify::new();
        let telling = tell((Arc::clone(&self.host), &asked), Arc::clone(&self.reports), sender);
        tokio::pin!(telling);
        let (mut heard, mut told) = (None, None);
        loop {
            let settled = self.settled(heard);
            if let Some(revision) = settled
                && settled > told
            {
                self.reports.settle(revision);
                told = settled;
            }
            tokio::select! {
                message = receiver.receive() => match message? {
                    Some(ToNode::ReportDenied) => asked.notify_one(),
                    Some(message) => heard = self.follow(message).await.or(heard),
                    None => return Ok(()),
                },
                ended = self.next_ended() => self.release(ended),
                error = &mut telling => return Err(error),
            }
        }
    }

    /// The last revision up to `heard` that nothing is left of which it does not want.
    fn settled(&self, heard: Option<u64>) -> Option<u64> {
        let unsettled = self.tasks.values().filter_map(|held| held.dropped_at).min();
        unsettled.map_or(heard, |revision| heard.min(revision.checked_sub(1)))
    }

    /// Does what control wants, and answers the revision of it.
    async fn follow(&mut self, message: ToNode) -> Option<u64> {
        let (revision, names) = match message {
            ToNode::Desired { revision, assignments, names, packet_rules } => {
                self.host.set_packet_rules(PacketChange::Whole(packet_rules)).await;
                let wanted: BTreeSet<&TaskKey> = assignments.iter().map(|one| &one.task).collect();
                for (_, held) in self.tasks.iter_mut().filter(|(key, _)| !wanted.contains(key)) {
                    held.kill(revision);
                }
                for assignment in assignments {
                    self.assign(assignment);
                }
                (revision, Some(names))
            }
            ToNode::Delta { revision, changed, removed, names, packet_rules } => {
                if let Some(delta) = packet_rules {
                    self.host.set_packet_rules(PacketChange::Delta(delta)).await;
                }
                for key in &removed {
                    if let Some(held) = self.tasks.get_mut(key) {
                        held.kill(revision);
                    }
                }
                for assignment in changed {
                    self.assign(assignment);
                }
                (revision, names)
            }
            ToNode::ReportDenied => return None,
        };
        if let Some(names) = names {
            self.set_names(&names).await;
        }
        Some(revision)
    }

    fn assign(&mut self, assignment: Assignment) {
        match self.tasks.get_mut(&assignment.task) {
            Some(held) if assignment.is_news(held.generation) => {
                held.generation = assignment.generation;
                held.wish.send_replace(Wish::Hold(Box::new(assignment)));
            }
            Some(_) => {}
            None => {
                let observed = if assignment.is_begun {
                    Observed::ended_with_host(&assignment, self.host.now())
                } else {
                    Observed::new(&assignment)
                };
                self.hold(Entry { assignment, observed });
            }
        }
    }

    fn hold(&mut self, entry: Entry) {
        let Entry { assignment, observed } = entry;
        let key = assignment.task.clone();
        tracing::info!(task = name(&key), "holding a task");
        // At once, so that its images are in use from now on.
        self.reports.tell(report(&assignment, &observed));
        let generation = assignment.generation;
        let (wish, wished) = watch::channel(Wish::Hold(Box::new(assignment.clone())));
        self.tasks.insert(key, Held { wish, generation, dropped_at: None });
        let runner = Runner {
            host: Arc::clone(&self.host),
            journal: self.journal.clone(),
            control_socket: self.config.control_socket.clone(),
            wish: wished,
            reports: Arc::clone(&self.reports),
            assignment,
            observed,
        };
        self.runners.spawn(runner.run());
    }

    async fn set_names(&self, names: &[NameRecord]) {
        if let Err(error) = self.journal.write_names(names) {
            tracing::error!(%error, "the names that tasks look up are not written down");
        }
        self.host.set_names(names).await;
    }

    /// The next runner that ended; waits for ever while there is none.
    async fn next_ended(&mut self) -> Result<TaskKey, JoinError> {
        match self.runners.join_next().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// Nothing is left of the task, and control holds it no more.
    fn release(&mut self, ended: Result<TaskKey, JoinError>) {
        match ended {
            Ok(task) => {
                tracing::info!(task = name(&task), "a task is forgotten");
                self.tasks.remove(&task);
                self.reports.forget(&task);
                self.images.request();
            }
            Err(error) => tracing::error!(%error, "a runner broke off"),
        }
    }
}

impl Held {
    /// Control has forgotten the task, or has it as stopped: it must not run.
    fn kill(&mut self, revision: u64) {
        self.dropped_at.get_or_insert(revision);
        self.wish.send_if_modified(|wish| {
            let is_new = *wish != Wish::Kill;
            *wish = Wish::Kill;
            is_new
        });
    }
}

/// Sends reports as they come, and what was denied when that is asked, until the link breaks.
async fn tell<H: Host>(
    (host, asked): (Arc<H>, &Notify),
    reports: Arc<Reports>,
    mut sender: LinkSender<FromNode>,
) -> LinkError {
    // LIMIT: one, for control waits for the answer before it asks again.
    let mut readings = JoinSet::new();
    loop {
        let message = tokio::select! {
            message = reports.next() => message,
            () = asked.notified() => {
                let host = Arc::clone(&host);
                readings.spawn(async move { host.denied().await });
                continue;
            }
            Some(read) = readings.join_next() => FromNode::Denied(match read {
                Ok(read) => read.map_err(|failure| failure.reason),
                Err(error) => Err(error.to_string()),
            }),
        };
        if let Err(error) = sender.send(&message).await {
            return error;
        }
    }
}
