//! What control is to be told: the latest report of each task.
//!
//! A report is whole, so an older one that was not sent yet is worth nothing: runners
//! replace it and never wait, however long control is away or slow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::TaskKey;
use model::session::{FromNode, TaskReport};
use tokio::sync::Notify;

/// LIMIT: one report a task that the node holds.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    table: Mutex<Table>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Table {
    latest: BTreeMap<TaskKey, TaskReport>,
    unsent: BTreeSet<TaskKey>,
    /// The revision to be told as settled.
    settled: Option<u64>,
}

impl Reports {
    /// Tells control, where there is something new to tell.
    pub(crate) fn tell(&self, report: TaskReport) {
        let mut table = self.table();
        if table.latest.get(&report.task) != Some(&report) {
            table.unsent.insert(report.task.clone());
            table.latest.insert(report.task.clone(), report);
            self.news.notify_one();
        }
    }

    pub(crate) fn forget(&self, task: &TaskKey) {
        let mut table = self.table();
        table.latest.remove(task);
        table.unsent.remove(task);
    }

    /// Tells control that nothing is left of what this revision does not want.
    pub(crate) fn settle(&self, revision: u64) {
        self.table().settled = Some(revision);
        self.news.notify_one();
    }

    /// In a new session everything is said again.
    pub(crate) fn begin_session(&self) {
        let mut table = self.table();
        table.settled = None;
        table.unsent = table.latest.keys().cloned().collect();
        self.news.notify_one();
    }

    /// Waits for something that this session has not sent.
    ///
    /// Of two sessions only the later one may wait.
    pub(crate) async fn next(&self) -> FromNode {
        loop {
            if let Some(message) = self.take() {
                return message;
            }
            self.news.notified().await;
        }
    }

    /// The manifest digests of the images of all tasks.
    pub(crate) fn images(&self) -> BTreeSet<String> {
        let table = self.table();
        let containers = table.latest.values().flat_map(|report| &report.containers);
        containers.filter_map(|container| container.image_digest.clone()).collect()
    }

    fn take(&self) -> Option<FromNode> {
        let mut table = self.table();
        let report = table.unsent.pop_first().and_then(|task| table.latest.get(&task).cloned());
        match report {
            Some(report) => Some(FromNode::Report(Box::new(report))),
            None => table.settled.take().map(|revision| FromNode::Settled { revision }),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
