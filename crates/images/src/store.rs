//! The image store of one node: what it holds, under which names.
//!
//! ```text
//! lock           held by the process that has the store open
//! index.json     references and images
//! blobs/sha256/  manifests and configs; layers' blobs are not kept once unpacked
//! layers/, tmp/  see `layers`
//! empty/         the lowest directory of an image without layers
//! ```
//!
//! All but pulling is blocking file work, to be called where blocking is allowed.
//!
//! INVARIANT: an image in the index has its manifest, its config and all its layers on disk, or
//! the store was tampered with and the image is not resolved.
//! INVARIANT: locks are taken in the order index, pins; neither is held across an await.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::config::{ConfigFile, ImageConfig};
use crate::digest::Digest;
use crate::error::{Context as _, ImageError};
use crate::index::{ImageRecord, Index, write_durably};
use crate::layers::LayerStore;
use crate::limits::Limits;
use crate::reference::ImageReference;

/// Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct ImageStore {
    pub(crate) inner: Arc<Inner>,
}

/// An image that is present and can be mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageHandle {
    pub manifest_digest: Digest,
    pub config_digest: Digest,
    /// Diff ids, bottom first.
    pub layers: Vec<Digest>,
    pub config: ImageConfig,
    /// Contents of all files of all layers.
    pub bytes: u64,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSummary {
    pub manifest_digest: Digest,
    pub config_digest: Digest,
    /// Normalized. Empty for an image that lost its names and was not collected yet.
    pub references: Vec<String>,
    pub layers: usize,
    pub bytes: u64,
}

/// An image whose layers are in place, about to become visible.
pub(crate) struct NewImage {
    pub(crate) manifest: Vec<u8>,
    pub(crate) config: Vec<u8>,
    pub(crate) layers: Vec<Digest>,
    pub(crate) references: Vec<ImageReference>,
    pub(crate) index: Option<Digest>,
}

pub(crate) struct Inner {
    pub(crate) root: PathBuf,
    pub(crate) layers: LayerStore,
    index: Mutex<Index>,
    /// Held, not read: the kernel releases the lock when the process ends.
    _lock: File,
}

const BLOBS: &str = "blobs/sha256";
const EMPTY: &str = "empty";

impl ImageStore {
    /// Opens the store, creating it where there is none, and removes what a crash left behind.
    pub fn open(root: &Path, limits: Limits) -> Result<ImageStore, ImageError> {
        for directory in [root, &root.join(BLOBS), &root.join(EMPTY)] {
            fs::create_dir_all(directory).doing(|| format!("create {}", directory.display()))?;
        }
        // Layers hold set-user-id programs: nobody but root may come near them.
        let mode = rustix::fs::Mode::RWXU;
        rustix::fs::chmod(root, mode).doing(|| format!("protect {}", root.display()))?;
        let root = root.canonicalize().doing(|| format!("find {}", root.display()))?;
        let lock = lock(&root)?;
        let layers = LayerStore::open(&root, limits)?;
        let index = Mutex::new(Index::load(&root)?);
        Ok(ImageStore { inner: Arc::new(Inner { root, layers, index, _lock: lock }) })
    }

    /// The image of that name, or of that digest of a manifest, if it is here.
    pub fn resolve(&self, reference: &str) -> Result<Option<ImageHandle>, ImageError> {
        let index = self.inner.index();
        let found = match Digest::parse(reference) {
            Some(digest) => index.find_digest(&digest),
            None => index.find(&ImageReference::parse(reference)?),
        };
        let Some(digest) = found else {
            return Ok(None);
        };
        let record = index.images.get(&digest).cloned();
        drop(index);
        record.map_or(Ok(None), |record| self.inner.handle(digest, record))
    }

    /// Every image, named or not.
    pub fn list(&self) -> Result<Vec<ImageSummary>, ImageError> {
        let index = self.inner.index().clone();
        let summary = |(digest, record): (&Digest, &ImageRecord)| {
            Ok(ImageSummary {
                manifest_digest: digest.clone(),
                config_digest: record.config.clone(),
                references: index.references_of(digest),
                layers: record.layers.len(),
                bytes: self.inner.bytes(&record.layers)?,
            })
        };
        index.images.iter().map(summary).collect()
    }

    /// Gives an image one more name, which another image may lose by it.
    pub fn tag(&self, manifest_digest: &Digest, reference: &str) -> Result<(), ImageError> {
        let reference = ImageReference::parse(reference)?;
        let mut index = self.inner.index();
        let is_known = index.images.contains_key(manifest_digest);
        if !is_known || reference.digest().is_some() {
            return Err(ImageError::NoSuchImage { reference: manifest_digest.to_string() });
        }
        self.inner.change(&mut index, |index| {
            index.references.insert(reference.to_string(), manifest_digest.clone());
        })
    }

    /// Takes a name away, or with a digest all names; says whether there was one.
    ///
    /// The image's files stay until they are collected, so that running containers keep them.
    pub fn remove(&self, reference: &str) -> Result<bool, ImageError> {
        let mut index = self.inner.index();
        let parsed = match Digest::parse(reference) {
            Some(digest) => Err(digest),
            None => Ok(ImageReference::parse(reference)?),
        };
        let digest = parsed.as_ref().map_or_else(|d| Some(d.clone()), ImageReference::digest);
        let doomed = match (digest, parsed) {
            (Some(digest), _) => {
                let image = index.find_digest(&digest);
                image.map(|image| index.references_of(&image)).unwrap_or_default()
            }
            (None, Ok(tagged)) => vec![tagged.to_string()],
            (None, Err(_)) => Vec::new(),
        };
        if !doomed.iter().any(|name| index.references.contains_key(name)) {
            return Ok(false);
        }
        self.inner.change(&mut index, |index| {
            index.references.retain(|name, _| !doomed.contains(name));
        })?;
        Ok(true)
    }
}

impl std::fmt::Debug for ImageStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("ImageStore").field(&self.inner.root).finish()
    }
}

impl Inner {
    pub(crate) fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the index on disk first: what fails to be written did not happen.
    pub(crate) fn change(
        &self,
        index: &mut Index,
        change: impl FnOnce(&mut Index),
    ) -> Result<(), ImageError> {
        let mut changed = index.clone();
        change(&mut changed);
        changed.save(&self.root)?;
        *index = changed;
        Ok(())
    }

    /// Makes an image visible. The caller holds the pins of its layers, which are all present.
    pub(crate) fn commit(&self, image: NewImage) -> Result<ImageHandle, ImageError> {
        let manifest_digest = Digest::of(&image.manifest);
        let config_digest = Digest::of(&image.config);
        let mut index = self.index();
        // Under the lock, or the collector could take them for orphans.
        self.write_blob(&manifest_digest, &image.manifest)?;
        self.write_blob(&config_digest, &image.config)?;
        let mut indexes: BTreeSet<Digest> = image.index.into_iter().collect();
        if let Some(known) = index.images.get(&manifest_digest) {
            indexes.extend(known.indexes.iter().cloned());
        }
        let record = ImageRecord { config: config_digest, layers: image.layers, indexes };
        let names: Vec<String> = image.references.iter().map(ToString::to_string).collect();
        self.change(&mut index, |index| {
            let named = names.into_iter().map(|name| (name, manifest_digest.clone()));
            index.references.extend(named);
            index.images.insert(manifest_digest.clone(), record.clone());
        })?;
        drop(index);
        let reference = manifest_digest.to_string();
        let handle = self.handle(manifest_digest, record)?;
        handle.ok_or(ImageError::NoSuchImage { reference })
    }

    /// Where a manifest's or a config's bytes are.
    pub(crate) fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.root.join(BLOBS).join(digest.hex())
    }

    pub(crate) fn blobs_path(&self) -> PathBuf {
        self.root.join(BLOBS)
    }

    pub(crate) fn empty_path(&self) -> PathBuf {
        self.root.join(EMPTY)
    }

    fn write_blob(&self, digest: &Digest, bytes: &[u8]) -> Result<(), ImageError> {
        let is_whole = fs::metadata(self.blob_path(digest))
            .is_ok_and(|metadata| metadata.len() == bytes.len() as u64);
        if is_whole {
            return Ok(());
        }
        write_durably(&self.root, &format!("{BLOBS}/{}", digest.hex()), bytes)
    }

    fn handle(
        &self,
        manifest_digest: Digest,
        record: ImageRecord,
    ) -> Result<Option<ImageHandle>, ImageError> {
        let is_whole = record.layers.iter().all(|layer| self.layers.is_present(layer));
        let path = self.blob_path(&record.config);
        let Some(bytes) = fs::read(&path).ok().filter(|_| is_whole) else {
            return Ok(None);
        };
        let config = ImageConfig::from_file(&ConfigFile::parse(&bytes)?);
        let bytes = self.bytes(&record.layers)?;
        let (config_digest, layers) = (record.config, record.layers);
        Ok(Some(ImageHandle { manifest_digest, config_digest, layers, config, bytes }))
    }

    fn bytes(&self, layers: &[Digest]) -> Result<u64, ImageError> {
        let distinct: BTreeSet<&Digest> = layers.iter().collect();
        let present = distinct.into_iter().filter(|layer| self.layers.is_present(layer));
        present.map(|layer| self.layers.meta(layer).map(|meta| meta.bytes)).sum()
    }
}

/// Two processes in one store would take each other's work for leftovers.
fn lock(root: &Path) -> Result<File, ImageError> {
    let path = root.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.doing(|| format!("open {}", path.display()))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(ImageError::Locked { path: root.display().to_string() }),
        Err(errno) => Err(errno).doing(|| format!("lock {}", path.display())),
    }
}
