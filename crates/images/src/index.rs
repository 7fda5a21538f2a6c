//! The store's small memory: which references there are, and what each image is made of.
//!
//! One JSON file, replaced whole. A database would be a second durable format for what is, on a
//! busy node, some dozens of lines.
//!
//! INVARIANT: the file on disk is always a complete earlier or current state: it is written beside,
//! synced, and renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::error::{Context as _, ImageError};
use crate::layers::sync_directory;
use crate::reference::ImageReference;

const FILE: &str = "index.json";
const FORMAT: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    format: u32,
    /// From a normalized reference, with a tag or a digest, to the image's manifest.
    pub(crate) references: BTreeMap<String, Digest>,
    /// By manifest digest. An image without a reference stays until it is collected.
    pub(crate) images: BTreeMap<Digest, ImageRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImageRecord {
    pub(crate) config: Digest,
    /// Diff ids, bottom first.
    pub(crate) layers: Vec<Digest>,
    /// Indexes that led here, so that a reference pinned to one of them is found.
    #[serde(default)]
    pub(crate) indexes: BTreeSet<Digest>,
}

impl Index {
    pub(crate) fn load(root: &Path) -> Result<Index, ImageError> {
        let path = root.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Index::empty()),
            Err(error) => return Err(error).doing(|| format!("read {}", path.display())),
        };
        let damaged = |why: String| {
            ImageError::malformed(format!("the store's {} is damaged: {why}", path.display()))
        };
        let index: Index =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if index.format != FORMAT {
            return Err(damaged(format!("format {} is not known", index.format)));
        }
        Ok(index)
    }

    pub(crate) fn save(&self, root: &Path) -> Result<(), ImageError> {
        let bytes = serde_json::to_vec_pretty(self).expect("plain data with string keys");
        write_durably(root, FILE, &bytes)
    }

    /// The image that a reference names.
    pub(crate) fn find(&self, reference: &ImageReference) -> Option<Digest> {
        match reference.digest() {
            Some(digest) => self.find_digest(&digest),
            None => self.references.get(&reference.to_string()).cloned(),
        }
    }

    /// By the digest of its manifest, or of an index that led to it.
    pub(crate) fn find_digest(&self, digest: &Digest) -> Option<Digest> {
        if self.images.contains_key(digest) {
            return Some(digest.clone());
        }
        let mut images = self.images.iter();
        images.find(|(_, image)| image.indexes.contains(digest)).map(|(found, _)| found.clone())
    }

    pub(crate) fn references_of(&self, image: &Digest) -> Vec<String> {
        let found = self.references.iter().filter(|(_, digest)| *digest == image);
        found.map(|(reference, _)| reference.clone()).collect()
    }

    fn empty() -> Index {
        Index { format: FORMAT, references: BTreeMap::new(), images: BTreeMap::new() }
    }
}

/// Replaces a file of the store in one step that survives a crash.
pub(crate) fn write_durably(root: &Path, name: &str, bytes: &[u8]) -> Result<(), ImageError> {
    let path = root.join(name);
    let beside = root.join(format!("{name}.new"));
    let action = || format!("write {}", path.display());
    let mut file = File::create(&beside).doing(action)?;
    file.write_all(bytes).doing(action)?;
    file.sync_all().doing(action)?;
    fs::rename(&beside, &path).doing(action)?;
    sync_directory(path.parent().expect("a file has a directory"))
}
