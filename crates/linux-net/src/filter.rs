//! The packet filter's one writer: changes wait their turn, and those that wait go in one batch.
//!
//! A transaction costs the start of a program, whatever it holds. So whoever finds no other at
//! work takes along all that is waiting, and answers for it.
//!
//! INVARIANT: a batch is one transaction: all of it is applied, or none.
//! INVARIANT: changes are applied in the order in which they were asked for.

use std::{
    collections::VecDeque,
    io::Write,
    process::{self, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex as TurnLock, oneshot};

use self::{command::Command, kernel::Kernel};
use crate::{error::NetworkError, namespace::on_thread};

pub(crate) mod command;
pub(crate) mod denied;
mod kernel;
pub(crate) mod log;
pub(crate) mod policy;
pub(crate) mod rules;

/// One transaction takes at most this many changes; the rest waits for the next.
const BATCH_MAX: usize = 256;

/// Applies transactions one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    waiting: Arc<Mutex<VecDeque<Waiting>>>,
    turn: Arc<TurnLock<Kernel>>,
}

#[derive(Debug)]
struct Waiting {
    change: Vec<Command>,
    answer: oneshot::Sender<Result<(), NetworkError>>,
}

impl Filter {
    /// Applies a change in one transaction, and waits until it holds.
    pub(crate) async fn apply(&self, change: Vec<Command>) -> Result<(), NetworkError> {
        let (answer, mut answered) = oneshot::channel();
        self.queue().push_back(Waiting { change, answer });
        loop {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            if let Ok(result) = answered.try_recv() {
                return result;
            }
            let batch: Vec<Waiting> = {
                let mut queue = self.queue();
                let count = queue.len().min(BATCH_MAX);
                queue.drain(..count).collect()
            };
            if batch.is_empty() {
                return Err(NetworkError::WorkerLost);
            }
            // The turn goes with the work: a caller that stops waiting does not let another in.
            on_thread(move || {
                let mut kernel = turn;
                apply_batch(&mut kernel, batch);
                Ok(())
            })
            .await?;
        }
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Applies all changes at once. When one of them is refused, applies each by itself, so that only
/// whoever asked for the wrong one hears of it.
fn apply_batch(kernel: &mut Kernel, batch: Vec<Waiting>) {
    let together: Vec<Command> = batch.iter().flat_map(|one| one.change.clone()).collect();
    let is_applied = batch.len() > 1 && transact(kernel, &together).is_ok();
    for waiting in batch {
        let result = if is_applied { Ok(()) } else { transact(kernel, &waiting.change) };
        // The caller may have stopped waiting; the change holds all the same.
        let _unheard = waiting.answer.send(result);
    }
}

/// One transaction in the calling thread's namespace: told to the kernel, or run by nft where
/// there is text in it.
fn transact(kernel: &mut Kernel, change: &[Command]) -> Result<(), NetworkError> {
    if change.is_empty() {
        return Ok(());
    }
    kernel
        .apply(change)
        .unwrap_or_else(|| run(&change.iter().map(Command::text).collect::<String>()))
}

/// Whether the table that this program makes is there.
pub(crate) fn is_there() -> Result<bool, NetworkError> {
    let command = format!("list chain inet longshore {}\n", rules::shape());
    match run(&command) {
        Ok(()) => Ok(true),
        Err(NetworkError::Filter { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Runs one transaction in the calling thread's namespace.
pub(crate) fn run(commands: &str) -> Result<(), NetworkError> {
    let mut child = process::Command::new("nft")
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(NetworkError::FilterProgram)?;
    let written =
        child.stdin.take().map_or(Ok(()), |mut input| input.write_all(commands.as_bytes()));
    let output = child.wait_with_output().map_err(NetworkError::FilterProgram)?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(NetworkError::Filter { message });
    }
    written.map_err(NetworkError::FilterProgram)
}
