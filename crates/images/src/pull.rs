//! Pulls an image from a registry, taking over only the layers that are not here yet.
//!
//! A layer is known by its diff id, from the config, before its blob is asked for. So a layer that
//! any image brought, by whatever way and compression, is not transferred again, and of several
//! pulls that want the same layer one fetches it while the others wait.

mod failure;
mod registry;

use std::fs::File;
use std::io;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use zeroize::Zeroizing;

use crate::config::ConfigFile;
use crate::digest::Digest;
use crate::error::{Context as _, ImageError, PullError};
use crate::import::checked_layers;
use crate::layers::{LayerIdentity, Pin};
use crate::manifest::{Descriptor, Document, Manifest, Platform};
use crate::progress::{LayerPhase, LayerProgress, Meter, Progress};
use crate::reference::ImageReference;
use crate::store::{ImageHandle, ImageStore, NewImage};

use registry::Registry;

/// What to pull, and how.
#[derive(Clone, Debug)]
pub struct PullRequest<'a> {
    pub reference: &'a str,
    pub auth: &'a RegistryAuth,
    pub policy: PullPolicy,
    /// Registries, as `host` or `host:port`, to speak plain HTTP with. Loopback ones always are.
    pub insecure_registries: &'a [String],
    pub progress: &'a Progress,
}

/// Credentials for one registry.
#[derive(Clone)]
pub enum RegistryAuth {
    Anonymous,
    Basic {
        username: String,
        password: Zeroizing<String>,
    },
    /// A bearer token, as it is sent.
    Token(Zeroizing<String>),
}

/// When the registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullPolicy {
    /// Every time; what is here already is not transferred again.
    Always,
    /// Only if the store does not have the image.
    IfAbsent,
    /// Every time, but what the store has will do when the registry gives no image.
    ///
    /// COMPAT: `ECS_IMAGE_PULL_BEHAVIOR=default` of the ECS agent, whatever the pull failed for.
    PreferRegistry,
}

impl ImageStore {
    /// Pulls an image and verifies everything about it.
    ///
    /// When it fails or is dropped, downloads stop; a layer that is being unpacked at that moment
    /// is finished and kept, as the next attempt will want it.
    pub async fn pull(&self, request: PullRequest<'_>) -> Result<ImageHandle, PullError> {
        let reference = ImageReference::parse(request.reference)?;
        match request.policy {
            PullPolicy::Always => self.pull_now(&reference, &request).await,
            PullPolicy::IfAbsent => match self.resolve_async(&reference).await? {
                Some(image) => Ok(image),
                None => self.pull_now(&reference, &request).await,
            },
            PullPolicy::PreferRegistry => match self.pull_now(&reference, &request).await {
                Ok(image) => Ok(image),
                Err(error) => self.resolve_async(&reference).await?.ok_or(error),
            },
        }
    }

    async fn pull_now(
        &self,
        reference: &ImageReference,
        request: &PullRequest<'_>,
    ) -> Result<ImageHandle, PullError> {
        let registry =
            Registry::connect(reference, request.auth, request.insecure_registries).await?;
        let fetched = self.fetch_documents(&registry, reference).await?;
        let layers = &self.inner.layers;
        // Kept until the image is committed: until then nothing else says that they are needed.
        let pins: Vec<Pin> = fetched.diff_ids.iter().map(|diff_id| layers.pin(diff_id)).collect();
        let identities = fetched.layers.iter().zip(&fetched.diff_ids).map(|(layer, diff_id)| {
            let (blob, diff_id) = (Some(layer.digest.clone()), diff_id.clone());
            LayerIdentity { blob, diff_id, bytes: layer.size }
        });
        let work: Vec<(LayerIdentity, Pin)> = identities.zip(pins.iter().cloned()).collect();
        stream::iter(work)
            .map(|(identity, pin)| self.fetch_layer(&registry, identity, pin, request.progress))
            .buffer_unordered(LAYERS_AT_ONCE_MAX)
            .try_collect::<()>()
            .await?;
        let (inner, reference) = (self.inner.clone(), reference.clone());
        let image = blocking(move || {
            let image = inner.commit(NewImage {
                manifest: fetched.manifest,
                config: fetched.config,
                layers: fetched.diff_ids,
                references: vec![reference],
                index: fetched.index,
            });
            // From now on the index says that the layers are needed.
            drop(pins);
            image
        });
        Ok(image.await?)
    }

    async fn fetch_documents(
        &self,
        registry: &Registry,
        reference: &ImageReference,
    ) -> Result<Fetched, PullError> {
        let limits = &self.inner.layers.limits;
        let first = registry.manifest(reference, limits.manifest_bytes).await?;
        let (bytes, manifest, index) = match Document::parse(&first)? {
            Document::Manifest(manifest) => (first, manifest, None),
            Document::Index(index) => {
                let picked = index.pick()?;
                let (bytes, manifest) = self.fetch_picked(registry, reference, picked).await?;
                (bytes, manifest, Some(Digest::of(&first)))
            }
        };
        manifest.check(limits)?;
        let config = registry.small_blob(&manifest.config, limits.config_bytes).await?;
        let file = ConfigFile::parse(&config)?;
        let architecture = file.architecture.as_deref().unwrap_or_default();
        Platform::accept(architecture, file.os.as_deref().unwrap_or_default())?;
        checked_layers(&file, manifest.layers.len())?;
        let (layers, diff_ids) = (manifest.layers, file.rootfs.diff_ids);
        Ok(Fetched { manifest: bytes, config, layers, diff_ids, index })
    }

    async fn fetch_picked(
        &self,
        registry: &Registry,
        reference: &ImageReference,
        picked: &Descriptor,
    ) -> Result<(Vec<u8>, Manifest), PullError> {
        let pinned = reference.with_digest(&picked.digest);
        let limit = self.inner.layers.limits.manifest_bytes;
        let bytes = registry.manifest(&pinned, limit).await?;
        match Document::parse(&bytes)? {
            Document::Manifest(manifest) => Ok((bytes, manifest)),
            Document::Index(_) => {
                Err(ImageError::unsupported("an index within an index of a registry").into())
            }
        }
    }

    async fn fetch_layer(
        &self,
        registry: &Registry,
        identity: LayerIdentity,
        pin: Pin,
        progress: &Progress,
    ) -> Result<(), PullError> {
        let working = pin.lock_owned().await;
        let layers = &self.inner.layers;
        if layers.is_present(&identity.diff_id) {
            identity.report_present(progress);
            return Ok(());
        }
        // Without a name: neither a crash nor a dropped future can leave it behind.
        let file = tempfile::tempfile_in(layers.tmp()).doing(|| "create a file".to_owned())?;
        let state = LayerProgress {
            diff_id: identity.diff_id.clone(),
            phase: LayerPhase::Download,
            bytes_done: 0,
            bytes_total: identity.bytes,
        };
        let blob = identity.blob.as_ref().expect("a registry's layers have blobs");
        let mut meter = Meter::new(progress.clone(), state);
        let file = registry.blob((blob, identity.bytes), file, &mut meter).await?;
        let (inner, progress) = (self.inner.clone(), progress.clone());
        let unpacked = blocking(move || {
            // Even if nobody waits any more, no other pull may start on this layer meanwhile.
            let _working = working;
            inner.layers.add(&identity, rewound(file)?, &progress)
        });
        Ok(unpacked.await?)
    }

    async fn resolve_async(
        &self,
        reference: &ImageReference,
    ) -> Result<Option<ImageHandle>, ImageError> {
        let (store, text) = (self.clone(), reference.to_string());
        blocking(move || store.resolve(&text)).await
    }
}

impl std::fmt::Debug for RegistryAuth {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            RegistryAuth::Anonymous => "Anonymous",
            RegistryAuth::Basic { .. } => "Basic(<redacted>)",
            RegistryAuth::Token(_) => "Token(<redacted>)",
        })
    }
}

/// Layers of one image that are fetched and unpacked side by side.
const LAYERS_AT_ONCE_MAX: usize = 3;

/// All that is known of an image before its layers come.
struct Fetched {
    manifest: Vec<u8>,
    config: Vec<u8>,
    layers: Vec<Descriptor>,
    diff_ids: Vec<Digest>,
    index: Option<Digest>,
}

fn rewound(mut file: File) -> Result<File, ImageError> {
    io::Seek::rewind(&mut file).doing(|| "read a layer's blob".to_owned())?;
    Ok(file)
}

/// Runs file work where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImageError> + Send + 'static,
) -> Result<T, ImageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(io::Error::other(error)).doing(|| "finish before the end".to_owned()),
    }
}
