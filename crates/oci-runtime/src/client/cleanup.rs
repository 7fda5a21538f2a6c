//! What a shim left behind that was killed: processes, control groups, the runtime's state.
//!
//! Every step is harmless when done again, and when there is nothing to do.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::socket_peercred;
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::process::Command;
use tokio::time::timeout;

use super::launch::{read_bundle, read_journal};
use super::{Error, blocking, in_file};
use crate::cgroup::Hierarchy;
use crate::files;
use crate::protocol::{TaskStatus, VERSION};
use crate::task::{Layout, SOCKET_NAME, TaskBundle};
use crate::wait;

const SHIM_DEADLINE: Duration = Duration::from_secs(10);
const DELETE_DEADLINE: Duration = Duration::from_mins(1);

/// Ends whatever is left of the task, its shim included should it live but not answer, and
/// marks the journal finished. The logs stay.
pub async fn cleanup(task_dir: &Path) -> Result<(), Error> {
    let path = task_dir.to_owned();
    let bundle = blocking(move || {
        let bundle = read_bundle(&path)?;
        kill_shim(&bundle)?;
        Hierarchy::detect()?.kill_all(&bundle.cgroup)?;
        Ok(bundle)
    })
    .await?;
    delete_containers(&bundle).await?;
    blocking(move || remove(&bundle)).await
}

/// Whoever listens on the socket is the shim: no process id could have been taken over.
fn kill_shim(bundle: &TaskBundle) -> Result<(), Error> {
    let Some(process) = listener(&bundle.run_dir) else { return Ok(()) };
    match pidfd_send_signal(&process, Signal::KILL) {
        Ok(()) | Err(Errno::SRCH) => {}
        Err(error) => return Err(in_file(&bundle.run_dir)(error.into())),
    }
    if wait::has_ended(&process, SHIM_DEADLINE) { Ok(()) } else { Err(Error::Deadline) }
}

fn listener(run_dir: &Path) -> Option<OwnedFd> {
    let directory = fs::File::open(run_dir).ok()?;
    let path = format!("/proc/self/fd/{}/{SOCKET_NAME}", directory.as_raw_fd());
    let peer = socket_peercred(UnixStream::connect(path).ok()?).ok()?;
    pidfd_open(peer.pid, PidfdFlags::empty()).ok()
}

/// Through the runtime, which may keep more than files; what it fails at is removed below.
async fn delete_containers(bundle: &TaskBundle) -> Result<(), Error> {
    let root = Layout::new(bundle).runtime_root();
    let Ok(entries) = fs::read_dir(&root) else { return Ok(()) };
    for entry in entries.flatten() {
        let mut command = Command::new(&bundle.runtime);
        command.env_clear().arg("--root").arg(&root);
        command.args(["delete", "--force"]).arg(entry.file_name());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.kill_on_drop(true);
        let deleted = timeout(DELETE_DEADLINE, command.status());
        deleted.await.map_err(|_| Error::Deadline)?.map_err(in_file(&bundle.runtime))?;
    }
    Ok(())
}

fn remove(bundle: &TaskBundle) -> Result<(), Error> {
    let hierarchy = Hierarchy::detect()?;
    hierarchy.kill_all(&bundle.cgroup)?;
    hierarchy.remove(&bundle.cgroup)?;
    files::remove_tree(&bundle.run_dir).map_err(in_file(&bundle.run_dir))?;
    let last = read_journal(&bundle.task_dir)?;
    let status = TaskStatus {
        version: VERSION,
        shim_pid: last.as_ref().map_or(0, |status| status.shim_pid),
        event_sequence: last.as_ref().map_or(0, |status| status.event_sequence),
        is_finished: true,
        containers: last.map(|status| status.containers).unwrap_or_default(),
    };
    let path = Layout::new(bundle).journal();
    let text = serde_json::to_vec(&status).expect("plain data serialises");
    files::replace(&path, &text).map_err(in_file(path))
}
