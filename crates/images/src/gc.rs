//! Collects what no image and no container needs any more, the longest unused first.
//!
//! Named images are never touched: taking a name away is the operator's decision, or the node's.
//! What lost its name is a cache, of which the caller says how much to keep.
//!
//! INVARIANT: a layer is removed only while the index is locked and says that nothing needs it,
//! and only if nobody pins it; the index forgets an image before any of its layers goes.

use std::collections::BTreeSet;
use std::fs;

use crate::digest::Digest;
use crate::error::{Context as _, ImageError};
use crate::index::Index;
use crate::layers::{LayerOnDisk, remove_any};
use crate::store::{ImageStore, Inner};

/// What a collection did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GarbageReport {
    pub images_removed: Vec<Digest>,
    pub layers_removed: Vec<Digest>,
    pub bytes_freed: u64,
    /// Of layers that nothing needs, but which may be kept.
    pub bytes_kept: u64,
}

impl ImageStore {
    /// Removes unneeded layers, oldest use first, until at most `keep_bytes` of them are left.
    ///
    /// `in_use` names what containers need: images by manifest digest, layers by diff id, in any
    /// mixture. An image being pulled, imported or mounted at this moment is safe by itself.
    pub fn garbage_collect(
        &self,
        in_use: &BTreeSet<Digest>,
        keep_bytes: u64,
    ) -> Result<GarbageReport, ImageError> {
        let inner = &self.inner;
        let mut index = inner.index();
        let needed = needed_layers(&index, in_use);
        let doomed = choose(inner.layers.list()?, &needed, keep_bytes);
        let mut report = GarbageReport { bytes_kept: doomed.bytes_kept, ..Default::default() };
        report.images_removed = forget_images(inner, &mut index, in_use, &doomed)?;
        let mut graves = Vec::new();
        for layer in doomed.layers {
            if let Some(grave) = inner.layers.retire(&layer.diff_id)? {
                graves.push(grave);
                report.bytes_freed += layer.bytes;
                report.layers_removed.push(layer.diff_id);
            }
        }
        remove_orphaned_blobs(inner, &index)?;
        drop(index);
        // The long part, with nothing locked. A crash here leaves it to the next start.
        for grave in graves {
            grave.close().doing(|| "remove a layer".to_owned())?;
        }
        Ok(report)
    }
}

struct Doomed {
    layers: Vec<LayerOnDisk>,
    keep_bytes: u64,
    bytes_kept: u64,
}

fn is_needed(index: &Index, image: &Digest, in_use: &BTreeSet<Digest>) -> bool {
    in_use.contains(image) || index.references.values().any(|named| named == image)
}

fn needed_layers(index: &Index, in_use: &BTreeSet<Digest>) -> BTreeSet<Digest> {
    let needed = index.images.iter().filter(|(image, _)| is_needed(index, image, in_use));
    let layers = needed.flat_map(|(_, record)| record.layers.iter().cloned());
    layers.chain(in_use.iter().cloned()).collect()
}

fn choose(all: Vec<LayerOnDisk>, needed: &BTreeSet<Digest>, keep_bytes: u64) -> Doomed {
    let mut layers: Vec<LayerOnDisk> =
        all.into_iter().filter(|layer| !needed.contains(&layer.diff_id)).collect();
    layers.sort_by(|a, b| (b.last_used, &b.diff_id).cmp(&(a.last_used, &a.diff_id)));
    let mut bytes_kept = 0;
    let mut kept = 0;
    for layer in &layers {
        if bytes_kept + layer.bytes > keep_bytes || keep_bytes == 0 {
            break;
        }
        bytes_kept += layer.bytes;
        kept += 1;
    }
    let mut layers = layers.split_off(kept);
    layers.reverse();
    Doomed { layers, keep_bytes, bytes_kept }
}

/// Forgets the images that lose a layer; with nothing to be kept, all that nothing needs.
fn forget_images(
    inner: &Inner,
    index: &mut Index,
    in_use: &BTreeSet<Digest>,
    doomed: &Doomed,
) -> Result<Vec<Digest>, ImageError> {
    let lost: BTreeSet<&Digest> = doomed.layers.iter().map(|layer| &layer.diff_id).collect();
    let unneeded = index.images.iter().filter(|(image, record)| {
        let loses = doomed.keep_bytes == 0 || record.layers.iter().any(|id| lost.contains(id));
        loses && !is_needed(index, image, in_use)
    });
    let images: Vec<Digest> = unneeded.map(|(image, _)| image.clone()).collect();
    if !images.is_empty() {
        inner.change(index, |index| index.images.retain(|image, _| !images.contains(image)))?;
    }
    Ok(images)
}

fn remove_orphaned_blobs(inner: &Inner, index: &Index) -> Result<(), ImageError> {
    let manifests = index.images.keys().map(Digest::hex);
    let configs = index.images.values().map(|record| record.config.hex());
    let known: BTreeSet<&str> = manifests.chain(configs).collect();
    let directory = inner.blobs_path();
    let action = || format!("read {}", directory.display());
    for entry in fs::read_dir(&directory).doing(action)? {
        let entry = entry.doing(action)?;
        if !entry.file_name().to_str().is_some_and(|name| known.contains(name)) {
            remove_any(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str, bytes: u64, last_used: i64) -> LayerOnDisk {
        LayerOnDisk { diff_id: Digest::of(name.as_bytes()), bytes, last_used: (last_used, 0) }
    }

    #[test]
    fn the_longest_unused_go_first_and_the_needed_never() {
        let all =
            || vec![layer("a", 10, 3), layer("b", 20, 1), layer("c", 30, 2), layer("d", 5, 0)];
        let needed = BTreeSet::from([Digest::of(b"d")]);
        for (keep, expected_bytes, expected) in [
            (0, 0, vec!["b", "c", "a"]),
            (9, 0, vec!["b", "c", "a"]),
            (10, 10, vec!["b", "c"]),
            (45, 40, vec!["b"]),
            (60, 60, vec![]),
        ] {
            let doomed = choose(all(), &needed, keep);
            let ids: Vec<Digest> = doomed.layers.into_iter().map(|layer| layer.diff_id).collect();
            let expected: Vec<Digest> =
                expected.into_iter().map(|name| Digest::of(name.as_bytes())).collect();
            assert_eq!((doomed.bytes_kept, ids), (expected_bytes, expected), "keep {keep}");
        }
    }
}
