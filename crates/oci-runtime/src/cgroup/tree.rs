//! One tree of control groups: directories are made, emptied of processes, and removed.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::Error;
use crate::clock;
use crate::wait;

/// Another removes a parent while we make a child: then the parent is made again.
const CREATE_ATTEMPTS: u32 = 8;
/// The kernel lets go of a group a moment after its last process is gone.
const REMOVE_ATTEMPTS: u32 = 100;
const REMOVE_INTERVAL: Duration = Duration::from_millis(5);
/// Processes that are waited for at once; the rest are found in the next round.
const KILL_BATCH: usize = 512;

pub(super) fn create(path: &Path) -> Result<(), Error> {
    let mut attempts = CREATE_ATTEMPTS;
    loop {
        match fs::create_dir_all(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempts > 0 => attempts -= 1,
            Err(source) => return Err(Error::Io { path: path.to_owned(), source }),
        }
    }
}

pub(super) fn write(path: &Path, value: &str) -> Result<(), Error> {
    fs::write(path, value).map_err(|source| Error::Io { path: path.to_owned(), source })
}

pub(super) fn kill_all(group: &Path, deadline: Duration) -> Result<(), Error> {
    let end = clock::monotonic() + deadline;
    loop {
        let victims = kill_round(group)?;
        if victims.is_empty() {
            return Ok(());
        }
        // They may have forked before they died, hence another round.
        wait_for(&victims, end).map_err(|()| Error::NotEmpty(group.to_owned()))?;
    }
}

/// Kills those that are there now and returns a handle of each.
fn kill_round(group: &Path) -> Result<Vec<OwnedFd>, Error> {
    let mut victims = Vec::new();
    for directory in descendants(group)? {
        let list = fs::read_to_string(directory.join("cgroup.procs")).unwrap_or_default();
        let pids = list.lines().filter_map(|line| line.parse().ok()).filter_map(Pid::from_raw);
        for pid in pids.take(KILL_BATCH.saturating_sub(victims.len())) {
            let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
            match pidfd_send_signal(&process, Signal::KILL) {
                Ok(()) => victims.push(process),
                Err(Errno::SRCH) => {}
                Err(error) => {
                    return Err(Error::Io { path: directory.clone(), source: error.into() });
                }
            }
        }
    }
    Ok(victims)
}

fn wait_for(processes: &[OwnedFd], end: Instant) -> Result<(), ()> {
    for process in processes {
        let left = end.saturating_duration_since(clock::monotonic());
        if !wait::has_ended(process, left) {
            return Err(());
        }
    }
    Ok(())
}

pub(super) fn remove(group: &Path) -> Result<(), Error> {
    let mut directories = descendants(group)?;
    directories.reverse();
    directories.iter().try_for_each(|directory| remove_one(directory))
}

fn remove_one(path: &Path) -> Result<(), Error> {
    let mut attempts = REMOVE_ATTEMPTS;
    loop {
        match fs::remove_dir(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy && attempts > 0 => {
                attempts -= 1;
                wait::readable(&mut [], REMOVE_INTERVAL);
            }
            Err(source) => return Err(Error::Io { path: path.to_owned(), source }),
        }
    }
}

/// The group and all below it, parents first; nothing if it is not there.
fn descendants(group: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut waiting = vec![group.to_owned()];
    while let Some(path) = waiting.pop() {
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(Error::Io { path, source }),
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(entry.path());
            }
        }
        found.push(path);
    }
    Ok(found)
}
