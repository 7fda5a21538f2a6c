//! Network namespaces: made, entered and removed by threads that exist for nothing else.
//!
//! A thread that has moved into another namespace is never given back to a pool: every socket it
//! would open, and every program it would start, would be in the wrong place.
//!
//! INVARIANT: only threads spawned here ever change their namespace, and they end with the call.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::fd::AsFd,
    path::{Path, PathBuf},
    thread,
};

use rustix::{
    fs::statfs,
    io::Errno,
    mount::{UnmountFlags, mount_bind, unmount},
    thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space},
};
use tokio::sync::oneshot;

use crate::error::NetworkError;

/// The file system that namespace files live on (`NSFS_MAGIC`).
const NSFS_MAGIC: i64 = 0x6e73_6673;

/// Runs `work` on a thread of its own, inside the namespace at `path`, and waits for it.
pub fn run_inside<T, F>(path: &Path, work: F) -> io::Result<T>
where
    T: Send,
    F: FnOnce() -> io::Result<T> + Send,
{
    let namespace = File::open(path)?;
    thread::scope(|scope| {
        let worker = thread::Builder::new().name("netns-enter".to_owned());
        let worker = worker.spawn_scoped(scope, || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
            work()
        })?;
        worker.join().unwrap_or_else(|_panic| Err(io::Error::other("the thread panicked")))
    })
}

/// Runs `work` on a new thread in the caller's namespace and awaits its answer.
pub(crate) async fn on_thread<T, F>(work: F) -> Result<T, NetworkError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, NetworkError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    thread::Builder::new()
        .name("network".to_owned())
        .spawn(move || {
            // The caller may have stopped waiting; the work is done all the same.
            let _unheard = answer.send(work());
        })
        .map_err(|error| NetworkError::kernel("start a thread", error))?;
    answered.await.map_err(|_closed| NetworkError::WorkerLost)?
}

/// Makes a namespace, held open at `path`, and runs `work` inside it on a thread of its own.
pub(crate) fn create<T: Send>(
    path: &Path,
    work: impl FnOnce() -> Result<T, NetworkError> + Send,
) -> Result<(File, T), NetworkError> {
    let made = || -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)?;
        unshare_network()?;
        mount_bind("/proc/thread-self/ns/net", path)?;
        File::open(path)
    };
    let operation = || format!("make `{}`", path.display());
    thread::scope(|scope| {
        let worker = thread::Builder::new().name("netns-make".to_owned());
        let worker = worker
            .spawn_scoped(scope, || {
                let namespace = made().map_err(|error| NetworkError::kernel(operation(), error))?;
                Ok((namespace, work()?))
            })
            .map_err(|error| NetworkError::kernel("start a thread", error))?;
        worker.join().unwrap_or(Err(NetworkError::WorkerLost))
    })
}

#[expect(unsafe_code, reason = "the safe wrapper was withdrawn for flags that are not used here")]
fn unshare_network() -> io::Result<()> {
    // SAFETY: only CLONE_FILES makes file descriptors of other threads invalid; a new network
    // namespace shares no memory and no descriptor table with anything.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNET) }.map_err(io::Error::from)
}

/// Lets the namespace at `path` go; it ends with the last process or thread inside it.
pub(crate) fn remove(path: &Path) -> Result<(), NetworkError> {
    let removed = || -> io::Result<()> {
        match unmount(path, UnmountFlags::DETACH) {
            // INVAL: the file is there, but nothing was ever mounted on it.
            Ok(()) | Err(Errno::NOENT | Errno::INVAL) => {}
            Err(error) => return Err(error.into()),
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    };
    removed().map_err(|error| NetworkError::kernel(format!("remove `{}`", path.display()), error))
}

/// Whether a namespace is held open at `path`.
pub(crate) fn exists(path: &Path) -> bool {
    #[expect(clippy::useless_conversion, reason = "the field's width differs by architecture")]
    statfs(path).is_ok_and(|found| i64::from(found.f_type) == NSFS_MAGIC)
}

/// The files of `directory`, whole or half-made.
pub(crate) fn list(directory: &Path) -> Result<Vec<String>, NetworkError> {
    let listed = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(directory)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    };
    match listed() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|error| {
            NetworkError::kernel(format!("list `{}`", directory.display()), error)
        }),
    }
}

/// Where the namespace of a task is held open.
pub(crate) fn path_of(run_dir: &Path, task_id: &str) -> PathBuf {
    directory_of(run_dir).join(task_id)
}

/// Where all of them are.
pub(crate) fn directory_of(run_dir: &Path) -> PathBuf {
    run_dir.join("netns")
}
