//! Takes images out of an archive: what `docker save` writes, or an OCI layout in a tar.
//!
//! The archive may be compressed as a whole. It is read in place where it is a plain file, and
//! unpacked to an unnamed file first where it is not, so that its members can be read in the order
//! in which they are needed.

mod archive;
mod docker;
mod oci;

use std::io::Read;
use std::path::Path;

use crate::config::ConfigFile;
use crate::digest::Digest;
use crate::error::ImageError;
use crate::layers::{LayerIdentity, Pin};
use crate::manifest::Platform;
use crate::progress::Progress;
use crate::reference::ImageReference;
use crate::store::{ImageHandle, ImageStore, NewImage};

use archive::{Archive, Slice};

/// Where an archive is read from.
pub enum ImportSource<'a> {
    Path(&'a Path),
    Reader(Box<dyn Read + 'a>),
}

/// One image of an archive, now in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedImage {
    /// Normalized. Empty if the archive gives it no name: it is known by its digest, and
    /// [`ImageStore::tag`] can name it.
    pub references: Vec<String>,
    pub image: ImageHandle,
}

impl ImageStore {
    /// Imports every image of an archive that runs on this platform. Blocking.
    ///
    /// Images become visible one by one, each with all its names at once.
    pub fn import(
        &self,
        source: ImportSource<'_>,
        progress: &Progress,
    ) -> Result<Vec<ImportedImage>, ImageError> {
        let layers = &self.inner.layers;
        let archive = Archive::open(source, layers.tmp(), &layers.limits)?;
        let images = if archive.contains(oci::INDEX) {
            oci::images(&archive)?
        } else if archive.contains(docker::MANIFEST) {
            docker::images(&archive)?
        } else {
            let reason = "it has neither an index.json nor a manifest.json";
            return Err(ImageError::malformed(reason));
        };
        images.into_iter().map(|image| self.import_one(&archive, image, progress)).collect()
    }

    fn import_one(
        &self,
        archive: &Archive<'_>,
        image: ArchivedImage,
        progress: &Progress,
    ) -> Result<ImportedImage, ImageError> {
        let layers = &self.inner.layers;
        // Kept until the image is committed: until then nothing else says that they are needed.
        let pins: Vec<Pin> =
            image.layers.iter().map(|(layer, _)| layers.pin(&layer.diff_id)).collect();
        for ((layer, slice), pin) in image.layers.iter().zip(&pins) {
            let _working = pin.blocking_lock();
            if layers.is_present(&layer.diff_id) {
                layer.report_present(progress);
            } else {
                layers.add(layer, archive.reader(slice), progress)?;
            }
        }
        let references = image.references.iter().map(ToString::to_string).collect();
        let diff_ids = image.layers.into_iter().map(|(layer, _)| layer.diff_id).collect();
        let image = self.inner.commit(NewImage {
            manifest: image.manifest,
            config: image.config,
            layers: diff_ids,
            references: image.references,
            index: image.index,
        })?;
        Ok(ImportedImage { references, image })
    }
}

impl std::fmt::Debug for ImportSource<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ImportSource::Path(path) => formatter.debug_tuple("Path").field(path).finish(),
            ImportSource::Reader(_) => formatter.write_str("Reader"),
        }
    }
}

/// An image as the archive describes it; its layers are yet to be read.
struct ArchivedImage {
    manifest: Vec<u8>,
    config: Vec<u8>,
    /// Bottom first.
    layers: Vec<(LayerIdentity, Slice)>,
    references: Vec<ImageReference>,
    index: Option<Digest>,
}

/// Reads a config, refusing one of another platform or with another number of layers.
fn checked_config(bytes: &[u8], layers: usize) -> Result<ConfigFile, ImageError> {
    let config = ConfigFile::parse(bytes)?;
    let architecture = config.architecture.as_deref().unwrap_or_default();
    Platform::accept(architecture, config.os.as_deref().unwrap_or_default())?;
    checked_layers(&config, layers)?;
    Ok(config)
}

pub(crate) fn checked_layers(config: &ConfigFile, layers: usize) -> Result<(), ImageError> {
    let described = config.rootfs.diff_ids.len();
    if described == layers {
        return Ok(());
    }
    Err(ImageError::malformed(format!("its config describes {described} layers, not {layers}")))
}
