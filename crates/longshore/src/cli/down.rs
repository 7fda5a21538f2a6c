//! `longshore down`: ends a running instance, or cleans up after one that was killed.

use std::fs::File;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{client_runtime, say};
use crate::config::Paths;
use crate::roles::teardown;

/// How long the supervisor may take to end everything.
const DOWN_TIME_MAX: Duration = Duration::from_mins(1);

pub(super) fn run(paths: &Paths) -> Result<()> {
    match File::options().read(true).write(true).open(paths.lock()) {
        Ok(lock) if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() => {
            end_supervisor(paths)?;
            // The supervisor takes its directory away last: one that is there means that
            // something stopped it, and what it left is ours to take away.
            if paths.run_dir.exists() {
                client_runtime()?.block_on(teardown::run(paths))?;
            }
        }
        // Nobody holds it: what is left is of an instance that was killed.
        Ok(_) => client_runtime()?.block_on(teardown::run(paths))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            client_runtime()?.block_on(teardown::run(paths))?;
        }
        Err(error) => return Err(error).context("the instance's lock cannot be read"),
    }
    say("Longshore is down. Its state is kept; `longshore up` goes on with it.");
    Ok(())
}

fn end_supervisor(paths: &Paths) -> Result<()> {
    let holder = std::fs::read_to_string(paths.lock())?;
    let pid = holder.trim().parse().ok().and_then(Pid::from_raw);
    let pid = pid.context("the lock does not say whose it is")?;
    let process = pidfd_open(pid, PidfdFlags::empty()).context("the supervisor has just ended")?;
    pidfd_send_signal(&process, Signal::TERM)?;
    let mut waited = [PollFd::new(&process, PollFlags::IN)];
    let timeout = Timespec::try_from(DOWN_TIME_MAX)?;
    if poll(&mut waited, Some(&timeout))? == 0 {
        bail!("process {} did not end within {} s", pid.as_raw_pid(), DOWN_TIME_MAX.as_secs());
    }
    Ok(())
}
