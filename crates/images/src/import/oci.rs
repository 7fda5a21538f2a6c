//! An OCI image layout in a tar: an `index.json` and blobs by digest.
//!
//! Names are the hard part. `org.opencontainers.image.ref.name` is a whole reference with some
//! tools and a bare tag with others; newer Docker and containerd put the whole one beside it, and
//! Docker adds a `manifest.json` with it.

use serde::Deserialize;

use crate::digest::Digest;
use crate::error::ImageError;
use crate::layers::LayerIdentity;
use crate::manifest::{
    DOCKER_INDEX, Descriptor, Document, Index, Manifest, OCI_INDEX, Platform, no_match,
};
use crate::reference::ImageReference;

use super::archive::{Archive, Slice, blob_name};
use super::docker::{self, Listed};
use super::{ArchivedImage, checked_config};

pub(super) const INDEX: &str = "index.json";
const LAYOUT: &str = "oci-layout";
const LAYOUT_BYTES_MAX: u64 = 4096;
const WHOLE_NAME: &str = "io.containerd.image.name";
const REFERENCE_NAME: &str = "org.opencontainers.image.ref.name";

pub(super) fn images(archive: &Archive<'_>) -> Result<Vec<ArchivedImage>, ImageError> {
    check_layout(archive)?;
    let limit = archive.limits.manifest_bytes;
    let bytes = archive.read(INDEX, "an index", limit)?;
    let Document::Index(index) = Document::parse(&bytes)? else {
        return Err(ImageError::malformed("its index.json is no index"));
    };
    let listed =
        if archive.contains(docker::MANIFEST) { docker::list(archive)? } else { Vec::new() };
    let wanted = Platform::host();
    let is_ours = |entry: &&Descriptor| entry.platform.as_ref().is_none_or(|p| *p == wanted);
    let ours: Vec<&Descriptor> = index.manifests.iter().filter(is_ours).collect();
    if ours.is_empty() {
        return Err(no_match(&wanted, index.manifests.iter().filter_map(|e| e.platform.as_ref())));
    }
    ours.into_iter().map(|entry| image(archive, entry, &listed)).collect()
}

fn check_layout(archive: &Archive<'_>) -> Result<(), ImageError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Layout {
        image_layout_version: String,
    }
    let bytes = archive.read(LAYOUT, "an oci-layout file", LAYOUT_BYTES_MAX)?;
    let layout: Layout = serde_json::from_slice(&bytes)
        .map_err(|error| ImageError::malformed(format!("its oci-layout is wrong: {error}")))?;
    let version = layout.image_layout_version;
    if version.split('.').next() == Some("1") {
        return Ok(());
    }
    Err(ImageError::unsupported(format!("OCI layout version `{version}`")))
}

fn image(
    archive: &Archive<'_>,
    entry: &Descriptor,
    listed: &[Listed],
) -> Result<ArchivedImage, ImageError> {
    let limits = archive.limits;
    let first = archive.read_blob(&entry.digest, "a manifest", limits.manifest_bytes)?;
    let (bytes, manifest, index) = match Document::parse(&first)? {
        Document::Manifest(manifest) => (first, manifest, None),
        Document::Index(nested) => {
            let (bytes, manifest) = pick(archive, &nested)?;
            (bytes, manifest, Some(entry.digest.clone()))
        }
    };
    manifest.check(limits)?;
    let config =
        archive.read_blob(&manifest.config.digest, "an image config", limits.config_bytes)?;
    let diff_ids = checked_config(&config, manifest.layers.len())?.rootfs.diff_ids;
    let references = names(entry, &manifest, listed)?;
    let layers = manifest.layers.into_iter().zip(diff_ids);
    let layers: Vec<(LayerIdentity, Slice)> = layers
        .map(|(layer, diff_id)| {
            let slice = archive.find(&blob_name(&layer.digest))?;
            Ok((LayerIdentity { blob: Some(layer.digest), diff_id, bytes: slice.bytes }, slice))
        })
        .collect::<Result<_, ImageError>>()?;
    Ok(ArchivedImage { manifest: bytes, config, layers, references, index })
}

fn pick(archive: &Archive<'_>, index: &Index) -> Result<(Vec<u8>, Manifest), ImageError> {
    let picked = index.pick()?;
    if [OCI_INDEX, DOCKER_INDEX].contains(&picked.media_type.as_str()) {
        return Err(ImageError::unsupported("an index within an index within an index"));
    }
    let limit = archive.limits.manifest_bytes;
    let bytes = archive.read_blob(&picked.digest, "a manifest", limit)?;
    match Document::parse(&bytes)? {
        Document::Manifest(manifest) => Ok((bytes, manifest)),
        Document::Index(_) => Err(ImageError::malformed("an index is called a manifest")),
    }
}

fn names(
    entry: &Descriptor,
    manifest: &Manifest,
    listed: &[Listed],
) -> Result<Vec<ImageReference>, ImageError> {
    let annotation = |key: &str| entry.annotations.as_ref().and_then(|all| all.get(key));
    if let Some(name) = annotation(WHOLE_NAME) {
        return Ok(vec![ImageReference::parse(name)?]);
    }
    let config: &Digest = &manifest.config.digest;
    let same = listed.iter().filter(|image| image.config_digest().as_ref() == Some(config));
    let by_docker: Vec<Vec<ImageReference>> =
        same.map(Listed::references).collect::<Result<_, _>>()?;
    let by_docker = by_docker.concat();
    if !by_docker.is_empty() {
        return Ok(by_docker);
    }
    match annotation(REFERENCE_NAME) {
        // A bare tag names no repository: better no name than a wrong one.
        Some(name) if name.contains(['/', ':']) => Ok(vec![ImageReference::parse(name)?]),
        _ => Ok(Vec::new()),
    }
}
