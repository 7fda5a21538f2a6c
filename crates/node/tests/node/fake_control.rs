//! Control as a test plays it: what it wants of the node, what it heard, what it stored.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use link::{Link, Listener};
use model::TaskState;
use model::session::{
    Assignment, DeniedTraffic, FromNode, LogAnswer, LogBatch, LogPosition, NameRecord, TaskReport,
    ToNode,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What outlives control's process: the lines by their stream, and how far they go.
pub(crate) type Logs = Arc<Mutex<BTreeMap<String, (LogPosition, Vec<String>)>>>;

/// Dropped, it is as if control were killed.
#[derive(Debug)]
pub(crate) struct Control {
    sessions: mpsc::Receiver<Link<FromNode, ToNode>>,
    _server: JoinSet<()>,
}

impl Control {
    pub(crate) fn start(socket: &Path, logs: &Logs) -> Control {
        let listener = Listener::bind(socket).expect("a listener");
        let (sender, sessions) = mpsc::channel(1);
        let mut server = JoinSet::new();
        let logs = Arc::clone(logs);
        server.spawn(async move {
            let mut stores = JoinSet::new();
            while let Ok(incoming) = listener.incoming().await {
                let Ok(accepted) = incoming.accept().await else { continue };
                if accepted.path == "/node" {
                    let _ = sender.send(accepted.into_link()).await;
                } else {
                    stores.spawn(store(accepted.into_link(), Arc::clone(&logs)));
                }
            }
        });
        Control { sessions, _server: server }
    }

    /// The node's next session.
    pub(crate) async fn session(&mut self) -> Session {
        let link = self.sessions.recv().await.expect("the server runs");
        let mut session = Session { link, heard: Vec::new(), settled: None };
        match session.link.receive().await.expect("a message") {
            Some(FromNode::Hello { .. }) => session,
            other => panic!("a node says hello first, not {other:?}"),
        }
    }
}

/// As the log store answers: a batch goes on where the last one ended, or says from where.
async fn store(mut link: Link<LogBatch, LogAnswer>, logs: Logs) {
    while let Ok(Some(batch)) = link.receive().await {
        let answer = {
            let mut logs = logs.lock().unwrap_or_else(PoisonError::into_inner);
            let (stored, lines) = logs.entry(batch.stream.clone()).or_default();
            if batch.from == *stored {
                *stored = batch.to;
                lines.extend(batch.lines.into_iter().map(|line| line.message));
                LogAnswer::Stored
            } else if batch.to.is_within(*stored) {
                LogAnswer::Stored
            } else {
                LogAnswer::Resume { from: *stored }
            }
        };
        if link.send(&answer).await.is_err() {
            return;
        }
    }
}

#[derive(Debug)]
pub(crate) struct Session {
    link: Link<FromNode, ToNode>,
    pub(crate) heard: Vec<TaskReport>,
    /// The last revision of which the node said that nothing else is left.
    pub(crate) settled: Option<u64>,
}

impl Session {
    pub(crate) async fn desire(&mut self, assignments: &[Assignment]) {
        self.desire_with(assignments, Vec::new()).await;
    }

    pub(crate) async fn desire_with(&mut self, assignments: &[Assignment], names: Vec<NameRecord>) {
        let assignments = assignments.to_vec();
        let message =
            ToNode::Desired { revision: 1, assignments, names, packet_rules: Box::default() };
        self.link.send(&message).await.expect("the node takes it");
    }

    pub(crate) async fn change(&mut self, changed: Assignment) {
        let (changed, removed) = (vec![changed], Vec::new());
        let message =
            ToNode::Delta { revision: 2, changed, removed, names: None, packet_rules: None };
        self.link.send(&message).await.expect("the node takes it");
    }

    pub(crate) async fn remove(&mut self, gone: &Assignment) {
        let (changed, removed) = (Vec::new(), vec![gone.task.clone()]);
        let message =
            ToNode::Delta { revision: 3, changed, removed, names: None, packet_rules: None };
        self.link.send(&message).await.expect("the node takes it");
    }

    pub(crate) async fn next(&mut self) -> TaskReport {
        loop {
            match self.link.receive().await.expect("a report") {
                Some(FromNode::Report(report)) => {
                    self.heard.push((*report).clone());
                    return *report;
                }
                Some(FromNode::Settled { revision }) => self.settled = Some(revision),
                other => panic!("a node reports, it does not say {other:?}"),
            }
        }
    }

    pub(crate) async fn ask_denied(&mut self) {
        self.link.send(&ToNode::ReportDenied).await.expect("the node takes it");
    }

    /// Asks what was denied, and hears it.
    pub(crate) async fn denied(&mut self) -> Result<Vec<DeniedTraffic>, String> {
        self.ask_denied().await;
        loop {
            match self.link.receive().await.expect("a message") {
                Some(FromNode::Report(report)) => self.heard.push(*report),
                Some(FromNode::Settled { revision }) => self.settled = Some(revision),
                Some(FromNode::Denied(denied)) => return denied,
                other => panic!("a node answers, it does not say {other:?}"),
            }
        }
    }

    /// Hears that nothing is left of what this revision does not want.
    pub(crate) async fn until_settled(&mut self, revision: u64) {
        while self.settled.is_none_or(|settled| settled < revision) {
            match self.link.receive().await.expect("a message") {
                Some(FromNode::Report(report)) => self.heard.push(*report),
                Some(FromNode::Settled { revision }) => self.settled = Some(revision),
                other => panic!("a node reports, it does not say {other:?}"),
            }
        }
    }

    /// The first report of the task in this state.
    pub(crate) async fn until(&mut self, id: &str, state: TaskState) -> TaskReport {
        loop {
            let report = self.next().await;
            if report.task.id == id && report.last_status == state {
                return report;
            }
            assert!(
                report.task.id != id || report.last_status < state,
                "it is past {state:?}: {report:?}"
            );
        }
    }
}
