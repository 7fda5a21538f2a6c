//! Unpacked layers on disk, each under its diff id, and who is working on which.
//!
//! ```text
//! layers/<diff id>/diff/       the tree, a lower directory of any number of overlay mounts
//! layers/<diff id>/meta.json   sizes; its modification time is when the layer was last used
//! tmp/                         work in progress, worthless after a crash
//! ```
//!
//! INVARIANT: a directory in `layers/` is whole, verified and on stable storage: it was built in
//! `tmp/`, synced, and renamed.
//! INVARIANT: while a [`Pin`] is held its layer is not collected.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustix::fs::{CWD, Timespec, Timestamps, UTIME_NOW};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::decompress::{Bound, decompress};
use crate::digest::{Digest, HashingReader};
use crate::error::{Context as _, ImageError};
use crate::limits::Limits;
use crate::progress::{LayerPhase, LayerProgress, Meter, MeteredReader, Progress};
use crate::unpack::unpack;

pub(crate) struct LayerStore {
    layers: PathBuf,
    tmp: PathBuf,
    pub(crate) limits: Limits,
    pins: Mutex<BTreeMap<Digest, Weak<tokio::sync::Mutex<()>>>>,
}

/// Holds one layer. Its lock is taken by whoever is about to fetch and unpack it.
pub(crate) type Pin = Arc<tokio::sync::Mutex<()>>;

/// A layer's two names and its size as it comes.
#[derive(Clone, Debug)]
pub(crate) struct LayerIdentity {
    /// Of the blob, compressed as it comes; absent where the archive does not state it.
    pub(crate) blob: Option<Digest>,
    pub(crate) diff_id: Digest,
    pub(crate) bytes: u64,
}

impl LayerIdentity {
    /// Says that the layer is here, whoever brought it.
    pub(crate) fn report_present(&self, progress: &Progress) {
        progress.report(&LayerProgress {
            diff_id: self.diff_id.clone(),
            phase: LayerPhase::Present,
            bytes_done: self.bytes,
            bytes_total: self.bytes,
        });
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LayerMeta {
    /// Contents of its files.
    pub(crate) bytes: u64,
    pub(crate) entries: u64,
    pub(crate) devices_skipped: u64,
    pub(crate) xattrs_skipped: u64,
}

/// One layer on disk, for the collector.
#[derive(Clone, Debug)]
pub(crate) struct LayerOnDisk {
    pub(crate) diff_id: Digest,
    pub(crate) bytes: u64,
    /// Seconds and nanoseconds.
    pub(crate) last_used: (i64, i64),
}

impl LayerStore {
    /// Opens the directories, discarding what a crash left half done.
    pub(crate) fn open(root: &Path, limits: Limits) -> Result<LayerStore, ImageError> {
        let (layers, tmp) = (root.join("layers"), root.join("tmp"));
        for directory in [&layers, &tmp] {
            fs::create_dir_all(directory).doing(|| format!("create {}", directory.display()))?;
        }
        for entry in fs::read_dir(&tmp).doing(|| format!("read {}", tmp.display()))? {
            let path = entry.doing(|| format!("read {}", tmp.display()))?.path();
            remove_any(&path)?;
        }
        Ok(LayerStore { layers, tmp, limits, pins: Mutex::default() })
    }

    /// The lower directory of a layer.
    pub(crate) fn path(&self, diff_id: &Digest) -> PathBuf {
        self.layers.join(diff_id.hex()).join("diff")
    }

    pub(crate) fn tmp(&self) -> &Path {
        &self.tmp
    }

    pub(crate) fn is_present(&self, diff_id: &Digest) -> bool {
        self.layers.join(diff_id.hex()).is_dir()
    }

    /// Keeps the layer, present or yet to come, from being collected.
    pub(crate) fn pin(&self, diff_id: &Digest) -> Pin {
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        pins.retain(|_, pin| pin.strong_count() > 0);
        if let Some(pin) = pins.get(diff_id).and_then(Weak::upgrade) {
            return pin;
        }
        let pin = Pin::default();
        pins.insert(diff_id.clone(), Arc::downgrade(&pin));
        pin
    }

    /// Unpacks and verifies a layer from its blob. The caller holds the lock of its pin.
    pub(crate) fn add(
        &self,
        identity: &LayerIdentity,
        blob: impl Read,
        progress: &Progress,
    ) -> Result<(), ImageError> {
        let building = TempDir::with_prefix_in("layer-", &self.tmp)
            .doing(|| format!("create a directory in {}", self.tmp.display()))?;
        let diff = building.path().join("diff");
        create_open_directory(&diff)?;
        let root = File::open(&diff).doing(|| format!("open {}", diff.display()))?;
        let meta = self.unpack_verified(identity, &root, metered(identity, blob, progress))?;
        write_meta(building.path(), &meta)?;
        // One sync of the file system instead of one per file: an order of magnitude faster.
        rustix::fs::syncfs(&root).doing(|| "sync the image store".to_owned())?;
        let target = self.layers.join(identity.diff_id.hex());
        fs::rename(building.path(), &target).doing(|| format!("create {}", target.display()))?;
        sync_directory(&self.layers)?;
        identity.report_present(progress);
        Ok(())
    }

    /// Notes that the layer is wanted now, which makes it the last to be collected.
    pub(crate) fn touch(&self, diff_id: &Digest) -> Result<(), ImageError> {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        let path = self.layers.join(diff_id.hex()).join("meta.json");
        rustix::fs::utimensat(CWD, &path, &times, rustix::fs::AtFlags::empty())
            .doing(|| format!("touch {}", path.display()))
    }

    pub(crate) fn meta(&self, diff_id: &Digest) -> Result<LayerMeta, ImageError> {
        let path = self.layers.join(diff_id.hex()).join("meta.json");
        let bytes = fs::read(&path).doing(|| format!("read {}", path.display()))?;
        serde_json::from_slice(&bytes)
            .map_err(|_| ImageError::malformed(format!("{} is damaged", path.display())))
    }

    pub(crate) fn list(&self) -> Result<Vec<LayerOnDisk>, ImageError> {
        let action = || format!("read {}", self.layers.display());
        let mut layers = Vec::new();
        for entry in fs::read_dir(&self.layers).doing(action)? {
            let name = entry.doing(action)?.file_name();
            let Some(diff_id) = name.to_str().and_then(Digest::from_hex) else {
                continue;
            };
            let bytes = self.meta(&diff_id).unwrap_or_default().bytes;
            let stat = rustix::fs::stat(self.layers.join(&name).join("meta.json"));
            let last_used = stat.map(|stat| (stat.st_mtime, stat.st_mtime_nsec as i64));
            let last_used = last_used.unwrap_or_default();
            layers.push(LayerOnDisk { diff_id, bytes, last_used });
        }
        Ok(layers)
    }

    /// Takes the layer out of sight, unless it is pinned. What is returned is yet to be deleted.
    pub(crate) fn retire(&self, diff_id: &Digest) -> Result<Option<TempDir>, ImageError> {
        let pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        if pins.get(diff_id).is_some_and(|pin| pin.strong_count() > 0) {
            return Ok(None);
        }
        let grave = TempDir::with_prefix_in("retired-", &self.tmp)
            .doing(|| format!("create a directory in {}", self.tmp.display()))?;
        let path = self.layers.join(diff_id.hex());
        fs::rename(&path, grave.path().join("layer"))
            .doing(|| format!("remove {}", path.display()))?;
        drop(pins);
        Ok(Some(grave))
    }

    fn unpack_verified(
        &self,
        identity: &LayerIdentity,
        root: &File,
        blob: impl Read,
    ) -> Result<LayerMeta, ImageError> {
        let action = || format!("read layer {}", identity.diff_id);
        let mut blob = HashingReader::new(blob);
        let bound = Bound { what: "an unpacked layer", bytes: self.limits.layer_bytes };
        let (_, tar) = decompress(&mut blob, bound).doing(action)?;
        let (unpacked, tar) = unpack(HashingReader::new(tar), root.as_fd(), &self.limits)?;
        let (diff_id, _) = tar.drain().doing(action)?;
        let (blob, _) = blob.drain().doing(action)?;
        expect_digest("a layer's blob", identity.blob.as_ref(), blob)?;
        expect_digest("an unpacked layer", Some(&identity.diff_id), diff_id)?;
        Ok(LayerMeta {
            bytes: unpacked.bytes,
            entries: unpacked.entries,
            devices_skipped: unpacked.devices_skipped,
            xattrs_skipped: unpacked.xattrs_skipped,
        })
    }
}

/// Refuses contents that are not those that were named.
pub(crate) fn expect_digest(
    what: &str,
    expected: Option<&Digest>,
    actual: Digest,
) -> Result<(), ImageError> {
    match expected {
        Some(expected) if *expected != actual => {
            Err(ImageError::BadDigest { what: what.to_owned(), expected: expected.clone(), actual })
        }
        _ => Ok(()),
    }
}

pub(crate) fn sync_directory(path: &Path) -> Result<(), ImageError> {
    let action = || format!("sync {}", path.display());
    File::open(path).doing(action)?.sync_all().doing(action)
}

/// A directory that a container's users may pass through, whatever this process's umask.
pub(crate) fn create_open_directory(path: &Path) -> Result<(), ImageError> {
    let action = || format!("create {}", path.display());
    fs::create_dir_all(path).doing(action)?;
    rustix::fs::chmod(path, rustix::fs::Mode::from_raw_mode(0o755)).doing(action)
}

pub(crate) fn remove_any(path: &Path) -> Result<(), ImageError> {
    let is_directory = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_directory { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.doing(|| format!("remove {}", path.display()))
}

fn metered<R: Read>(identity: &LayerIdentity, blob: R, progress: &Progress) -> MeteredReader<R> {
    let state = LayerProgress {
        diff_id: identity.diff_id.clone(),
        phase: LayerPhase::Unpack,
        bytes_done: 0,
        bytes_total: identity.bytes,
    };
    MeteredReader { inner: blob, meter: Meter::new(progress.clone(), state) }
}

fn write_meta(directory: &Path, meta: &LayerMeta) -> Result<(), ImageError> {
    let path = directory.join("meta.json");
    let action = || format!("write {}", path.display());
    let mut file = BufWriter::new(File::create(&path).doing(action)?);
    serde_json::to_writer(&mut file, meta).map_err(std::io::Error::from).doing(action)?;
    file.flush().doing(action)
}
