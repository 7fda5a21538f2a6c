//! The node's socket for images: the command line asks, the node does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use images::{
    ImageReference, ImageStore, ImportSource, LayerPhase, LayerProgress, Progress, PullPolicy,
    PullRequest,
};
use link::{Incoming, Link, Listener};
use node::ImageCollection;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use crate::clock;
use crate::registry_config::RegistryConfig;

/// After a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);
/// LIMIT: progress reports that wait for a slow reader; more are dropped.
const PROGRESS_QUEUED_MAX: usize = 64;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum ImageRequest {
    Import { path: PathBuf, tag: Option<String> },
    Pull { reference: String },
    List,
    Remove { reference: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum ImageAnswer {
    Progress { layer: String, phase: String, done: u64, total: u64 },
    Images(Vec<ImageLine>),
    Removed { was_there: bool },
    Failed { reason: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImageLine {
    pub(crate) references: Vec<String>,
    pub(crate) digest: String,
    pub(crate) bytes: u64,
}

/// What requests are done with.
#[derive(Clone, Debug)]
pub(crate) struct ImageService {
    pub(crate) images: ImageStore,
    pub(crate) insecure_registries: Vec<String>,
    pub(crate) credentials: RegistryConfig,
    pub(crate) collection: ImageCollection,
}

impl ImageService {
    /// Serves until the process ends.
    pub(crate) async fn serve(self, listener: Listener) {
        let tracker = TaskTracker::new();
        loop {
            match listener.incoming().await {
                Ok(incoming) => drop(tracker.spawn(self.clone().converse(incoming))),
                Err(error) => {
                    // Too many open files, for example: others may close theirs.
                    tracing::error!(%error, "a request about images is not accepted");
                    clock::wait_until(clock::now() + ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn converse(self, incoming: Incoming) {
        let Ok(accepted) = incoming.accept().await else { return };
        let mut link: Link<ImageRequest, ImageAnswer> = accepted.into_link();
        while let Ok(Some(request)) = link.receive().await {
            if self.answer(&mut link, request).await.is_err() {
                return;
            }
        }
    }

    async fn answer(
        &self,
        link: &mut Link<ImageRequest, ImageAnswer>,
        request: ImageRequest,
    ) -> Result<(), link::LinkError> {
        let (sender, mut receiver) = mpsc::channel(PROGRESS_QUEUED_MAX);
        let progress = Progress::new(move |layer| {
            // A report that finds no room is made up for by the next.
            let _ = sender.try_send(progress_of(layer));
        });
        let work = self.perform(request, progress);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return link.send(&done).await,
                Some(progress) = receiver.recv() => link.send(&progress).await?,
            }
        }
    }

    async fn perform(&self, request: ImageRequest, progress: Progress) -> ImageAnswer {
        let images = self.images.clone();
        let done = match request {
            ImageRequest::Import { path, tag } => {
                blocking(move || import(&images, &path, tag.as_deref(), &progress)).await
            }
            ImageRequest::Pull { reference } => self.pull(&reference, &progress).await,
            ImageRequest::List => return answer_of(blocking(move || list(&images)).await),
            ImageRequest::Remove { reference } => {
                blocking(move || remove(&images, &reference)).await
            }
        };
        // A name that was removed, or moved to another image, leaves one that has none.
        self.collection.request();
        answer_of(done)
    }

    async fn pull(&self, reference: &str, progress: &Progress) -> Result<ImageAnswer> {
        let registry = ImageReference::parse(reference)?.registry().to_owned();
        let request = PullRequest {
            reference,
            auth: &self.credentials.auth(&registry).await?,
            policy: PullPolicy::Always,
            insecure_registries: &self.insecure_registries,
            progress,
        };
        let image = self.images.pull(request).await?;
        let digest = image.manifest_digest.to_string();
        let references = vec![reference.to_owned()];
        Ok(ImageAnswer::Images(vec![ImageLine { references, digest, bytes: image.bytes }]))
    }
}

fn answer_of(done: Result<ImageAnswer>) -> ImageAnswer {
    done.unwrap_or_else(|error| ImageAnswer::Failed { reason: format!("{error:#}") })
}

/// The store's work is on files.
async fn blocking(
    work: impl FnOnce() -> Result<ImageAnswer> + Send + 'static,
) -> Result<ImageAnswer> {
    tokio::task::spawn_blocking(work).await.context("the work was cut off")?
}

fn import(
    images: &ImageStore,
    path: &Path,
    tag: Option<&str>,
    progress: &Progress,
) -> Result<ImageAnswer> {
    let mut lines = Vec::new();
    for one in images.import(ImportSource::Path(path), progress)? {
        let mut references = one.references;
        if let Some(tag) = tag {
            images.tag(&one.image.manifest_digest, tag)?;
            references.push(tag.to_owned());
        }
        let digest = one.image.manifest_digest.to_string();
        lines.push(ImageLine { references, digest, bytes: one.image.bytes });
    }
    Ok(ImageAnswer::Images(lines))
}

fn remove(images: &ImageStore, reference: &str) -> Result<ImageAnswer> {
    Ok(ImageAnswer::Removed { was_there: images.remove(reference)? })
}

fn list(images: &ImageStore) -> Result<ImageAnswer> {
    let lines = images.list()?.into_iter().map(|image| ImageLine {
        references: image.references,
        digest: image.manifest_digest.to_string(),
        bytes: image.bytes,
    });
    Ok(ImageAnswer::Images(lines.collect()))
}

fn progress_of(layer: &LayerProgress) -> ImageAnswer {
    let phase = match layer.phase {
        LayerPhase::Download => "downloading",
        LayerPhase::Unpack => "unpacking",
        LayerPhase::Present => "present",
    };
    ImageAnswer::Progress {
        layer: layer.diff_id.hex().chars().take(12).collect(),
        phase: phase.to_owned(),
        done: layer.bytes_done,
        total: layer.bytes_total,
    }
}
