//! From a fresh process to a shim that can be asked: the order of things at the start.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, flock};
use rustix::process::{getpid, set_child_subreaper, setsid};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::connections::Connections;
use super::events::Events;
use super::reap::Strays;
use super::{READ_BYTES, Shim};
use crate::cgroup::{self, Hierarchy};
use crate::files;
use crate::sys::SignalReader;
use crate::task::{Layout, SOCKET_NAME, TaskBundle};

/// As containerd's shims have it: the last to be killed when the host runs out of memory.
/// Containers get their own value from their configuration.
const OOM_SCORE_ADJUST: &str = "-998";

/// The line that a shim says to whoever started it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Announcement {
    Ready { pid: u32 },
    Refused { reason: String },
}

#[derive(Debug, Error)]
pub(super) enum StartError {
    #[error("usage: shim --task-dir DIRECTORY")]
    Usage,
    #[error("`{path}`: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("`{path}` is not a task: {source}")]
    Bundle { path: PathBuf, source: serde_json::Error },
    #[error("the task in `{0}` has a shim already")]
    AlreadyRunning(PathBuf),
    #[error("the process cannot be made a shim: {0}")]
    Process(io::Error),
    #[error(transparent)]
    Cgroup(#[from] cgroup::Error),
}

pub(super) fn start(args: Vec<OsString>) -> Result<Shim, StartError> {
    let task_dir = task_dir(args)?;
    let bundle = read_bundle(&task_dir)?;
    let layout = Layout::new(&bundle);
    let lock = lock(&layout)?;
    detach().map_err(StartError::Process)?;
    let signals = SignalReader::block_all().map_err(StartError::Process)?;
    let hierarchy = Hierarchy::detect()?;
    hierarchy.create(&bundle.cgroup, &bundle.limits)?;
    let listener = listen(&layout)?;
    let shim = Shim {
        bundle,
        layout,
        hierarchy,
        signals,
        listener,
        connections: Connections::default(),
        containers: Vec::new(),
        execs: Vec::new(),
        execs_begun: 0,
        jobs: Vec::new(),
        strays: Strays::default(),
        events: Events::default(),
        shutdown: None,
        is_finished: false,
        buffer: vec![0; READ_BYTES],
        _lock: lock,
    };
    shim.record();
    Ok(shim)
}

fn task_dir(args: Vec<OsString>) -> Result<PathBuf, StartError> {
    let mut args = args.into_iter();
    match (args.next(), args.next(), args.next()) {
        (Some(option), Some(directory), None) if option == "--task-dir" => Ok(directory.into()),
        _ => Err(StartError::Usage),
    }
}

fn read_bundle(task_dir: &Path) -> Result<TaskBundle, StartError> {
    let path = Layout::bundle_of(task_dir);
    let text = fs::read(&path).map_err(in_file(&path))?;
    serde_json::from_slice(&text).map_err(|source| StartError::Bundle { path, source })
}

fn lock(layout: &Layout) -> Result<File, StartError> {
    let path = layout.lock();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(in_file(&path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(StartError::AlreadyRunning(path)),
    }
}

/// Away from the session of whoever started us, and the parent of all orphans below.
fn detach() -> io::Result<()> {
    // Fails for a process that leads a group already, which is as good.
    let _ = setsid();
    set_child_subreaper(Some(getpid()))?;
    rustix::process::umask(Mode::from_raw_mode(0o077));
    // Not permitted everywhere; then we are as likely to be killed as others.
    let _ = fs::write("/proc/self/oom_score_adj", OOM_SCORE_ADJUST);
    Ok(())
}

fn listen(layout: &Layout) -> Result<UnixListener, StartError> {
    let path = layout.run_dir().join(SOCKET_NAME);
    let failed = in_file(&path);
    let bind = || -> io::Result<UnixListener> {
        // We hold the lock: a socket that is there belongs to a shim that died.
        files::remove_file(&path)?;
        let directory = File::open(layout.run_dir())?;
        let short = format!("/proc/self/fd/{}/{SOCKET_NAME}", directory.as_raw_fd());
        let listener = UnixListener::bind(short)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(failed)
}

fn in_file(path: &Path) -> impl FnOnce(io::Error) -> StartError + use<> {
    let path = path.to_owned();
    move |source| StartError::File { path, source }
}
