//! The archive that `docker save` writes: a `manifest.json` that lists images.
//!
//! It holds no registry manifest, so one is made from what it does hold. It is made the same way
//! every time: the same archive gives the same manifest digest on every node.

use serde::Deserialize;

use crate::config::null_is_empty;
use crate::decompress::Compression;
use crate::digest::{Digest, HashingReader};
use crate::error::{Context as _, ImageError};
use crate::layers::{LayerIdentity, expect_digest};
use crate::manifest::{
    Descriptor, Manifest, OCI_CONFIG, OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD, OCI_MANIFEST,
};
use crate::reference::ImageReference;

use super::archive::{Archive, Slice};
use super::{ArchivedImage, checked_config};

pub(super) const MANIFEST: &str = "manifest.json";

/// One image of the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) config: String,
    #[serde(default)]
    pub(super) repo_tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "null_is_empty")]
    layers: Vec<String>,
}

pub(super) fn images(archive: &Archive<'_>) -> Result<Vec<ArchivedImage>, ImageError> {
    list(archive)?.into_iter().map(|listed| image(archive, &listed)).collect()
}

pub(super) fn list(archive: &Archive<'_>) -> Result<Vec<Listed>, ImageError> {
    let limit = archive.limits.manifest_bytes;
    let bytes = archive.read(MANIFEST, "an archive's manifest.json", limit)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| ImageError::malformed(format!("its manifest.json is wrong: {error}")))
}

impl Listed {
    pub(super) fn references(&self) -> Result<Vec<ImageReference>, ImageError> {
        let tags = self.repo_tags.as_deref().unwrap_or_default();
        tags.iter().map(|tag| ImageReference::parse(tag)).collect()
    }

    /// The digest that the config's name claims, as all writers of such archives do.
    pub(super) fn config_digest(&self) -> Option<Digest> {
        let name = self.config.rsplit('/').next().unwrap_or_default();
        Digest::from_hex(name.strip_suffix(".json").unwrap_or(name))
    }
}

fn image(archive: &Archive<'_>, listed: &Listed) -> Result<ArchivedImage, ImageError> {
    let limit = archive.limits.config_bytes;
    let config = archive.read(&listed.config, "an image config", limit)?;
    let config_digest = Digest::of(&config);
    expect_digest("an image config", listed.config_digest().as_ref(), config_digest.clone())?;
    let diff_ids = checked_config(&config, listed.layers.len())?.rootfs.diff_ids;
    let mut layers = Vec::new();
    let mut descriptors = Vec::new();
    for (diff_id, name) in diff_ids.into_iter().zip(&listed.layers) {
        let slice = archive.find(name)?;
        let descriptor = describe(archive, &slice, &diff_id)?;
        let identity =
            LayerIdentity { blob: Some(descriptor.digest.clone()), diff_id, bytes: slice.bytes };
        descriptors.push(descriptor);
        layers.push((identity, slice));
    }
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(OCI_MANIFEST.to_owned()),
        config: descriptor(OCI_CONFIG, config_digest, config.len() as u64),
        layers: descriptors,
    };
    manifest.check(archive.limits)?;
    let manifest = serde_json::to_vec(&manifest).expect("plain data with string keys");
    Ok(ArchivedImage { manifest, config, layers, references: listed.references()?, index: None })
}

/// A plain layer's blob is the layer; the digest of a compressed one must be computed.
fn describe(
    archive: &Archive<'_>,
    slice: &Slice,
    diff_id: &Digest,
) -> Result<Descriptor, ImageError> {
    use std::io::Read as _;
    let action = || format!("read layer {diff_id}");
    let mut magic = Vec::new();
    archive.reader(slice).take(4).read_to_end(&mut magic).doing(action)?;
    let media_type = match Compression::of(&magic) {
        Compression::None => return Ok(descriptor(OCI_LAYER, diff_id.clone(), slice.bytes)),
        Compression::Gzip => OCI_LAYER_GZIP,
        Compression::Zstd => OCI_LAYER_ZSTD,
    };
    let (digest, bytes) = HashingReader::new(archive.reader(slice)).drain().doing(action)?;
    Ok(descriptor(media_type, digest, bytes))
}

fn descriptor(media_type: &str, digest: Digest, size: u64) -> Descriptor {
    let media_type = media_type.to_owned();
    Descriptor { media_type, digest, size, platform: None, annotations: None }
}
