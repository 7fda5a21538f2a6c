//! The node's socket for images: the command line asks, the node does.

use std::path::PathBuf;

use images::{
    ImageStore, ImportSource, LayerPhase, LayerProgress, Progress, PullPolicy, PullRequest,
    RegistryAuth,
};
use link::{Link, Listener};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

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

/// Serves until the process ends.
pub(crate) async fn serve(listener: Listener, images: ImageStore, insecure: Vec<String>) {
    let tracker = TaskTracker::new();
    loop {
        let incoming = match listener.incoming().await {
            Ok(incoming) => incoming,
            Err(error) => {
                tracing::error!(%error, "images are no longer served");
                return;
            }
        };
        let (images, insecure) = (images.clone(), insecure.clone());
        tracker.spawn(async move {
            let Ok(accepted) = incoming.accept().await else { return };
            let mut link: Link<ImageRequest, ImageAnswer> = accepted.into_link();
            while let Ok(Some(request)) = link.receive().await {
                if answer(&mut link, request, (&images, &insecure)).await.is_err() {
                    return;
                }
            }
        });
    }
}

async fn answer(
    link: &mut Link<ImageRequest, ImageAnswer>,
    request: ImageRequest,
    (images, insecure): (&ImageStore, &[String]),
) -> Result<(), link::LinkError> {
    let (sender, mut receiver) = mpsc::channel(PROGRESS_QUEUED_MAX);
    let progress = Progress::new(move |layer| {
        // A report that finds no room is made up for by the next.
        let _ = sender.try_send(progress_of(layer));
    });
    let work = perform(images, request, progress, insecure);
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return link.send(&done).await,
            Some(progress) = receiver.recv() => link.send(&progress).await?,
        }
    }
}

async fn perform(
    images: &ImageStore,
    request: ImageRequest,
    progress: Progress,
    insecure: &[String],
) -> ImageAnswer {
    let done = match request {
        ImageRequest::Import { path, tag } => import(images.clone(), path, tag, progress).await,
        ImageRequest::Pull { reference } => pull(images, &reference, &progress, insecure).await,
        ImageRequest::List => list(images),
        ImageRequest::Remove { reference } => images
            .remove(&reference)
            .map(|was_there| ImageAnswer::Removed { was_there })
            .map_err(Into::into),
    };
    done.unwrap_or_else(|error| ImageAnswer::Failed { reason: format!("{error:#}") })
}

async fn import(
    images: ImageStore,
    path: PathBuf,
    tag: Option<String>,
    progress: Progress,
) -> anyhow::Result<ImageAnswer> {
    let work = move || -> anyhow::Result<ImageAnswer> {
        let imported = images.import(ImportSource::Path(&path), &progress)?;
        let mut lines = Vec::new();
        for one in imported {
            let mut references = one.references;
            if let Some(tag) = &tag {
                images.tag(&one.image.manifest_digest, tag)?;
                references.push(tag.clone());
            }
            let digest = one.image.manifest_digest.to_string();
            lines.push(ImageLine { references, digest, bytes: one.image.bytes });
        }
        Ok(ImageAnswer::Images(lines))
    };
    tokio::task::spawn_blocking(work).await?
}

async fn pull(
    images: &ImageStore,
    reference: &str,
    progress: &Progress,
    insecure: &[String],
) -> anyhow::Result<ImageAnswer> {
    let request = PullRequest {
        reference,
        auth: &RegistryAuth::Anonymous,
        policy: PullPolicy::Always,
        insecure_registries: insecure,
        progress,
    };
    let image = images.pull(request).await?;
    let digest = image.manifest_digest.to_string();
    let references = vec![reference.to_owned()];
    Ok(ImageAnswer::Images(vec![ImageLine { references, digest, bytes: image.bytes }]))
}

fn list(images: &ImageStore) -> anyhow::Result<ImageAnswer> {
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
