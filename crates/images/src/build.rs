//! Makes an image out of files, without a network, a daemon or a Dockerfile.
//!
//! The archive is what `docker save` writes and this store, Docker and Podman read. The same input
//! gives the same bytes: owners are root, times are 1970.

use std::io::{self, Write};

use serde::Serialize;
use tar::{Builder, EntryType, Header};

use crate::config::{ConfigFile, ImageConfig};
use crate::digest::Digest;
use crate::manifest::Platform;

/// Collects layers, bottom first, then writes the archive.
#[derive(Clone, Debug)]
pub struct ArchiveBuilder {
    reference: String,
    config: ImageConfig,
    layers: Vec<Layer>,
}

/// The files of one layer, in order.
#[derive(Clone, Debug, Default)]
struct Layer(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    path: String,
    mode: u32,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Directory,
    File(Vec<u8>),
    Symlink(String),
}

const DEFAULT_PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl ArchiveBuilder {
    /// An image of that name for this machine's platform, with one empty layer to fill.
    pub fn new(reference: &str) -> ArchiveBuilder {
        let platform = Platform::host();
        let config = ImageConfig {
            environment: vec![DEFAULT_PATH.to_owned()],
            architecture: platform.architecture,
            operating_system: platform.os,
            ..ImageConfig::default()
        };
        ArchiveBuilder { reference: reference.to_owned(), config, layers: vec![Layer::default()] }
    }

    /// Begins another layer on top.
    #[must_use]
    pub fn layer(mut self) -> ArchiveBuilder {
        self.layers.push(Layer::default());
        self
    }

    #[must_use]
    pub fn directory(self, path: &str, mode: u32) -> ArchiveBuilder {
        self.entry(path, mode, Content::Directory)
    }

    #[must_use]
    pub fn file(self, path: &str, mode: u32, bytes: impl Into<Vec<u8>>) -> ArchiveBuilder {
        self.entry(path, mode, Content::File(bytes.into()))
    }

    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> ArchiveBuilder {
        self.entry(path, 0o777, Content::Symlink(target.to_owned()))
    }

    /// Hides a file or directory of a lower layer.
    #[must_use]
    pub fn removal(self, path: &str) -> ArchiveBuilder {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.file(&format!("{parent}/.wh.{name}"), 0, Vec::new())
    }

    /// Changes the image's defaults.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut ImageConfig)) -> ArchiveBuilder {
        change(&mut self.config);
        self
    }

    /// Writes the docker-archive.
    pub fn write(&self, output: impl Write) -> io::Result<()> {
        let layers: Vec<Vec<u8>> =
            self.layers.iter().map(Layer::to_tar).collect::<Result<_, _>>()?;
        let diff_ids: Vec<Digest> = layers.iter().map(|tar| Digest::of(tar)).collect();
        let config = serde_json::to_vec(&ConfigFile::from_config(&self.config, diff_ids.clone()))?;
        let config_name = format!("{}.json", Digest::of(&config).hex());
        let layer_name = |diff_id: &Digest| format!("{}/layer.tar", diff_id.hex());
        let manifest = [ManifestFile {
            config: config_name.clone(),
            repo_tags: vec![self.reference.clone()],
            layers: diff_ids.iter().map(layer_name).collect(),
        }];
        let mut archive = Builder::new(output);
        append(&mut archive, &config_name, &config)?;
        let mut written = std::collections::BTreeSet::new();
        for (diff_id, tar) in diff_ids.iter().zip(&layers) {
            if written.insert(diff_id) {
                append(&mut archive, &layer_name(diff_id), tar)?;
            }
        }
        append(&mut archive, "manifest.json", &serde_json::to_vec(&manifest)?)?;
        archive.into_inner()?.flush()
    }

    fn entry(mut self, path: &str, mode: u32, content: Content) -> ArchiveBuilder {
        let path = path.trim_start_matches('/').to_owned();
        let layer = self.layers.last_mut().expect("there is a layer from the start");
        layer.0.push(Entry { path, mode, content });
        self
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestFile {
    config: String,
    repo_tags: Vec<String>,
    layers: Vec<String>,
}

impl Layer {
    fn to_tar(&self) -> io::Result<Vec<u8>> {
        let mut archive = Builder::new(Vec::new());
        for entry in &self.0 {
            match &entry.content {
                Content::Directory => {
                    let mut header = header(EntryType::Directory, entry.mode, 0);
                    archive.append_data(&mut header, format!("{}/", entry.path), io::empty())?;
                }
                Content::File(bytes) => {
                    let mut header = header(EntryType::Regular, entry.mode, bytes.len());
                    archive.append_data(&mut header, &entry.path, &bytes[..])?;
                }
                Content::Symlink(target) => {
                    let mut header = header(EntryType::Symlink, entry.mode, 0);
                    archive.append_link(&mut header, &entry.path, target)?;
                }
            }
        }
        archive.into_inner()
    }
}

fn append(archive: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    archive.append_data(&mut header(EntryType::Regular, 0o644, bytes.len()), name, bytes)
}

fn header(kind: EntryType, mode: u32, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let build = || {
            let mut bytes = Vec::new();
            let builder = ArchiveBuilder::new("web:1").file("/bin/web", 0o755, "x");
            builder.layer().symlink("/web", "bin/web").write(&mut bytes).expect("memory writes");
            bytes
        };
        assert_eq!(build(), build());
    }
}
