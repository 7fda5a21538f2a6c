//! The node's side: starting a shim, finding it again, and asking it.
//!
//! A handle is paths and nothing else: every request is a connection of its own, so there is
//! nothing to re-establish after either side was away.

mod cleanup;
mod connection;
mod handle;
mod launch;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use cleanup::cleanup;
pub use handle::{EventStream, TaskHandle};
pub use launch::{Attached, attach, launch, list, read_journal};

use crate::bundle::BundleError;
use crate::cgroup;
use crate::protocol::{Failure, FailureKind};

#[derive(Debug, Error)]
pub enum Error {
    /// The shim is there and says no.
    #[error(transparent)]
    Refused(#[from] Failure),
    /// Nobody holds the task: what is left is for [`cleanup`].
    #[error("the task's shim is gone")]
    ShimGone,
    #[error("the task's shim does not answer")]
    Deadline,
    #[error("the task's shim could not be started: {0}")]
    Launch(String),
    #[error("the container cannot be described: {0}")]
    Bundle(#[from] BundleError),
    #[error("`{path}`: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("the task's shim says what is not understood")]
    Protocol,
    #[error(transparent)]
    Cgroup(#[from] cgroup::Error),
}

impl Error {
    /// COMPAT: the text that ECS shows for a container that could not be created or started;
    /// `None` where the container is not what failed.
    pub fn ecs_reason(&self) -> Option<String> {
        match self {
            Self::Bundle(error) => Some(format!("CannotCreateContainerError: {error}")),
            Self::Refused(failure) => match failure.kind {
                FailureKind::CommandNotFound
                | FailureKind::PermissionDenied
                | FailureKind::WorkingDirectory
                | FailureKind::Mount
                | FailureKind::Runtime => Some(failure.ecs_reason()),
                FailureKind::Storage => Some(format!("CannotCreateContainerError: {failure}")),
                FailureKind::NoSuchContainer
                | FailureKind::WrongPhase
                | FailureKind::ShuttingDown
                | FailureKind::Limit
                | FailureKind::Protocol => None,
            },
            Self::ShimGone
            | Self::Deadline
            | Self::Launch(_)
            | Self::File { .. }
            | Self::Protocol
            | Self::Cgroup(_) => None,
        }
    }
}

fn in_file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::File { path, source }
}

/// Runs what blocks on files where that disturbs nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Protocol)?
}
