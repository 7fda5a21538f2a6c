//! The threads that serve connections, each with a runtime of its own.
//!
//! A connection stays on one thread from accept to close, and so do the connections to targets
//! that it uses: nothing it touches moves between processors, and no wake-up crosses a thread.
//! What is not per request (checks, drains, configuration) runs on the caller's runtime.
//!
//! INVARIANT: a worker ends when nobody can hand it a connection any more.

use std::{
    cell::Cell,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::{runtime, sync::mpsc};

use crate::{
    connection::Connection,
    limits::{SHUTDOWN_MAX, WORKER_QUEUE_MAX, WORKERS_MAX},
    shared::Shared,
};

/// All workers; they end with this.
#[derive(Debug)]
pub(crate) struct Workers {
    queues: Vec<mpsc::Sender<Connection>>,
    next: AtomicUsize,
}

thread_local! {
    static INDEX: Cell<usize> = const { Cell::new(0) };
}

/// The number of this thread among the workers.
pub(crate) fn index() -> usize {
    INDEX.get()
}

/// How many workers this host gets.
pub(crate) fn count() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX)
}

impl Workers {
    pub(crate) fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        let start = |index| {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let (queue, connections) = mpsc::channel(WORKER_QUEUE_MAX);
            let shared = Arc::clone(shared);
            thread::Builder::new().name(format!("balancer-{index}")).spawn(move || {
                INDEX.set(index);
                runtime.block_on(work(connections, &shared));
            })?;
            Ok(queue)
        };
        let queues = (0..count()).map(start).collect::<io::Result<_>>()?;
        Ok(Self { queues, next: AtomicUsize::new(0) })
    }

    /// Gives a connection to the next worker in turn, or back if that one is far behind.
    pub(crate) fn hand_over(&self, connection: Connection) -> Result<(), Connection> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let queue = &self.queues[turn % self.queues.len()];
        queue.try_send(connection).map_err(mpsc::error::TrySendError::into_inner)
    }
}

async fn work(mut connections: mpsc::Receiver<Connection>, shared: &Shared) {
    while let Some(Some(connection)) = shared.stop.run_until_cancelled(connections.recv()).await {
        shared.tasks.spawn(connection.run());
    }
    if shared.stop.is_cancelled() {
        // What is under way is finished, within a bound; whatever is left then goes with the
        // runtime.
        tokio::time::timeout(SHUTDOWN_MAX, shared.tasks.wait()).await.ok();
    }
}
