//! The tasks that this process has found: their shims, or what their shims left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use oci_runtime::logs::{LogReader, Position};
use oci_runtime::{ContainerName, Layout, TaskBundle, TaskHandle};
use tokio::sync::watch;

/// LIMIT: one entry a task that the node holds.
#[derive(Debug, Default)]
pub(super) struct HeldTasks {
    table: watch::Sender<BTreeMap<String, Held>>,
}

#[derive(Clone, Debug)]
enum Held {
    /// Its shim was seen alive, and these of its containers started.
    ByShim { handle: Arc<TaskHandle>, started: BTreeSet<String> },
    /// Its shim has been removed. What it left is the output, if it ever was.
    Ended { bundle: Option<Box<TaskBundle>> },
}

/// Where a container's output is read.
#[derive(Debug)]
pub(super) enum Output {
    /// More may come.
    Live(Arc<TaskHandle>),
    /// All of it is in these files.
    Files(PathBuf),
    Nothing,
}

impl Output {
    pub(super) fn reader(&self, name: &ContainerName, from: Position) -> Option<LogReader> {
        match self {
            Output::Live(handle) => Some(handle.log_reader(name, from)),
            Output::Files(directory) => Some(LogReader::open(directory, from)),
            Output::Nothing => None,
        }
    }
}

impl HeldTasks {
    /// Notes a shim, and of its containers those that have been started. A task that has ended
    /// stays so.
    pub(super) fn hold(&self, task: &str, handle: TaskHandle, seen: BTreeSet<String>) {
        self.table.send_modify(|table| match table.get_mut(task) {
            Some(Held::ByShim { started, .. }) => started.extend(seen),
            Some(Held::Ended { .. }) => {}
            None => {
                let held = Held::ByShim { handle: Arc::new(handle), started: seen };
                table.insert(task.to_owned(), held);
            }
        });
    }

    pub(super) fn add_started(&self, task: &str, container: &str) {
        self.table.send_modify(|table| {
            if let Some(Held::ByShim { started, .. }) = table.get_mut(task) {
                started.insert(container.to_owned());
            }
        });
    }

    /// No container of the task will be started any more.
    pub(super) fn end(&self, task: &str, bundle: Option<TaskBundle>) {
        let bundle = bundle.map(Box::new);
        self.table.send_modify(|table| {
            table.insert(task.to_owned(), Held::Ended { bundle });
        });
    }

    /// Its shim does not answer at its place any more; it is to be looked for again.
    pub(super) fn lose(&self, task: &str) {
        self.table.send_modify(|table| {
            if let Some(Held::ByShim { .. }) = table.get(task) {
                table.remove(task);
            }
        });
    }

    pub(super) fn forget(&self, task: &str) {
        self.table.send_modify(|table| {
            table.remove(task);
        });
    }

    pub(super) fn handle(&self, task: &str) -> Option<Arc<TaskHandle>> {
        match self.table.borrow().get(task) {
            Some(Held::ByShim { handle, .. }) => Some(Arc::clone(handle)),
            Some(Held::Ended { .. }) | None => None,
        }
    }

    pub(super) fn is_started(&self, task: &str, container: &str) -> bool {
        match self.table.borrow().get(task) {
            Some(Held::ByShim { started, .. }) => started.contains(container),
            Some(Held::Ended { .. }) | None => false,
        }
    }

    /// Waits until the container was started, or never will be.
    pub(super) async fn output(&self, task: &str, name: &ContainerName) -> Output {
        let mut table = self.table.subscribe();
        let is_settled = |table: &BTreeMap<String, Held>| match table.get(task) {
            Some(Held::ByShim { started, .. }) => started.contains(name.as_str()),
            Some(Held::Ended { .. }) => true,
            None => false,
        };
        let settled = table.wait_for(is_settled).await;
        match settled.as_ref().ok().and_then(|table| table.get(task)) {
            Some(Held::ByShim { handle, .. }) => Output::Live(Arc::clone(handle)),
            Some(Held::Ended { bundle: Some(bundle) }) => {
                Output::Files(Layout::new(bundle).logs(name))
            }
            Some(Held::Ended { bundle: None }) | None => Output::Nothing,
        }
    }
}
