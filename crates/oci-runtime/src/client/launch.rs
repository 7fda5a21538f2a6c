//! Starting a task's shim, and finding the shims that are there.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStdout, Command};
use tokio::time::timeout;

use super::{Error, TaskHandle, blocking, in_file};
use crate::files;
use crate::protocol::TaskStatus;
use crate::shim::Announcement;
use crate::task::{Layout, TaskBundle};

/// For a process to start and make a cgroup.
const READY_DEADLINE: Duration = Duration::from_secs(30);
/// LIMIT: the line that it says then.
const ANNOUNCEMENT_BYTES_MAX: u64 = 64 << 10;

/// What was found in a task's directory.
#[derive(Debug)]
pub enum Attached {
    Alive(TaskHandle),
    /// Its shim is gone without having finished: the last it wrote down is this. Containers
    /// may run on, held by nobody, until [`super::cleanup`].
    Dead {
        bundle: TaskBundle,
        journal: Option<TaskStatus>,
    },
    /// It was shut down; nothing but the directory is left.
    Finished {
        bundle: TaskBundle,
        journal: TaskStatus,
    },
}

/// Starts a shim for the task: `executable` is to call [`crate::shim::run`] when its first
/// argument is `shim`. Done again for a task that has one, it finds that.
pub async fn launch(bundle: TaskBundle, executable: &Path) -> Result<TaskHandle, Error> {
    let (bundle, is_alive) = {
        let bundle = bundle.clone();
        let handle = TaskHandle::new(bundle.clone());
        (bundle, handle.state().await.is_ok())
    };
    if is_alive {
        return Ok(TaskHandle::new(bundle));
    }
    let prepared = bundle.clone();
    let complaints = blocking(move || prepare(&prepared)).await?;
    let mut command = Command::new(executable);
    command.arg("shim").arg("--task-dir").arg(&bundle.task_dir);
    // Our environment may hold secrets and is of no use to it.
    command.env_clear().current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(complaints);
    // Not waited for here: it outlives us as a rule, and if not, tokio reaps it.
    let mut child = command.spawn().map_err(in_file(executable))?;
    let stdout = child.stdout.take().ok_or(Error::Protocol)?;
    let announcement =
        timeout(READY_DEADLINE, announcement(stdout)).await.map_err(|_| Error::Deadline)?;
    match announcement {
        Some(Announcement::Ready { .. }) => Ok(TaskHandle::new(bundle)),
        Some(Announcement::Refused { reason }) => Err(Error::Launch(reason)),
        None => Err(Error::Launch("it ended at once".to_owned())),
    }
}

/// Finds a task again by its directory alone.
pub async fn attach(task_dir: &Path) -> Result<Attached, Error> {
    let path = task_dir.to_owned();
    let bundle = blocking(move || read_bundle(&path)).await?;
    let handle = TaskHandle::new(bundle.clone());
    match handle.state().await {
        Ok(_) => return Ok(Attached::Alive(handle)),
        Err(Error::ShimGone) => {}
        Err(error) => return Err(error),
    }
    // The journal of a shim that has just finished is read after the shim was missed.
    let path = task_dir.to_owned();
    let journal = blocking(move || read_journal(&path)).await?;
    Ok(match journal {
        Some(journal) if journal.is_finished => Attached::Finished { bundle, journal },
        journal => Attached::Dead { bundle, journal },
    })
}

/// The directories of tasks below this one.
pub fn list(tasks_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(tasks_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(in_file(tasks_dir)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(in_file(tasks_dir))?.path();
        if Layout::bundle_of(&path).is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What the shim last wrote down; `None` if it never did.
pub fn read_journal(task_dir: &Path) -> Result<Option<TaskStatus>, Error> {
    let path = Layout::journal_of(task_dir);
    match fs::read(&path) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(in_file(path)(error)),
    }
}

pub(super) fn read_bundle(task_dir: &Path) -> Result<TaskBundle, Error> {
    let path = Layout::bundle_of(task_dir);
    let text = fs::read(&path).map_err(in_file(&path))?;
    serde_json::from_slice(&text).map_err(|source| in_file(path)(source.into()))
}

/// Makes the directories and leaves the bundle; returns where the shim may complain.
fn prepare(bundle: &TaskBundle) -> Result<Stdio, Error> {
    for directory in [&bundle.task_dir, &bundle.run_dir] {
        files::private_directory(directory).map_err(in_file(directory))?;
    }
    let path = Layout::bundle_of(&bundle.task_dir);
    let text = serde_json::to_vec(bundle).expect("plain data serialises");
    files::replace(&path, &text).map_err(in_file(path))?;
    let path = Layout::new(bundle).complaints();
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    Ok(Stdio::from(options.open(&path).map_err(in_file(path))?))
}

async fn announcement(stdout: ChildStdout) -> Option<Announcement> {
    let mut line = String::new();
    let mut reader = BufReader::new(stdout.take(ANNOUNCEMENT_BYTES_MAX));
    reader.read_line(&mut line).await.ok()?;
    serde_json::from_str(&line).ok()
}
