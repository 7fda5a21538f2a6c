//! Manifests and indexes, Docker's and OCI's, and the choice of one platform.
//!
//! The two families differ in their media types alone, so one struct serves both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::null_is_empty;
use crate::digest::Digest;
use crate::error::ImageError;
use crate::limits::Limits;

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
pub(crate) const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub(crate) const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const DOCKER_LAYER_ZSTD: &str = "application/vnd.docker.image.rootfs.diff.tar.zstd";

/// What a registry is asked for; it may answer with any of them.
pub(crate) const MANIFEST_MEDIA_TYPES: [&str; 4] =
    [OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST];

const LAYER_MEDIA_TYPES: [&str; 6] =
    [OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD, DOCKER_LAYER, DOCKER_LAYER_GZIP, DOCKER_LAYER_ZSTD];

/// Either document that a reference may lead to.
pub(crate) enum Document {
    Manifest(Manifest),
    Index(Index),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    pub(crate) config: Descriptor,
    /// Bottom first.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(crate) layers: Vec<Descriptor>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) schema_version: u32,
    pub(crate) manifests: Vec<Descriptor>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<Platform>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Platform {
    pub(crate) architecture: String,
    pub(crate) os: String,
}

impl Document {
    /// Told apart by their fields: the media type is optional in one family.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Document, ImageError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Probe {
            schema_version: u32,
            manifests: Option<serde_json::Value>,
        }
        let probe: Probe = read(bytes)?;
        if probe.schema_version != 2 {
            let version = probe.schema_version;
            return Err(ImageError::unsupported(format!("manifest schema version {version}")));
        }
        if probe.manifests.is_some() {
            return Ok(Document::Index(read(bytes)?));
        }
        Ok(Document::Manifest(read(bytes)?))
    }
}

impl Manifest {
    /// Refuses a manifest that this store could not hold, before anything of it is fetched.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), ImageError> {
        let too_large = |what, limit| Err(ImageError::TooLarge { what, limit });
        if self.layers.len() as u64 > limits.layers {
            return too_large("the number of layers", limits.layers);
        }
        if self.config.size > limits.config_bytes {
            return too_large("an image config", limits.config_bytes);
        }
        for layer in &self.layers {
            if !LAYER_MEDIA_TYPES.contains(&layer.media_type.as_str()) {
                let media_type = &layer.media_type;
                return Err(ImageError::unsupported(format!("layer media type `{media_type}`")));
            }
            if layer.size > limits.blob_bytes {
                return too_large("a layer blob", limits.blob_bytes);
            }
        }
        Ok(())
    }
}

impl Index {
    /// The entry for this host, the first where several match.
    pub(crate) fn pick(&self) -> Result<&Descriptor, ImageError> {
        let wanted = Platform::host();
        let found = |entry: &&Descriptor| entry.platform.as_ref() == Some(&wanted);
        self.manifests.iter().find(found).ok_or_else(|| {
            let all = self.manifests.iter().filter_map(|entry| entry.platform.as_ref());
            no_match(&wanted, all)
        })
    }
}

impl Platform {
    /// Linux on this machine's architecture, in Go's names, which images use.
    pub(crate) fn host() -> Platform {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            other => other,
        };
        Platform { architecture: architecture.to_owned(), os: "linux".to_owned() }
    }

    /// Refuses an image of another platform; one that does not say is taken at its word.
    pub(crate) fn accept(architecture: &str, os: &str) -> Result<(), ImageError> {
        let wanted = Platform::host();
        let is_architecture = architecture.is_empty() || architecture == wanted.architecture;
        if is_architecture && (os.is_empty() || os == wanted.os) {
            return Ok(());
        }
        let found = Platform { architecture: architecture.to_owned(), os: os.to_owned() };
        Err(no_match(&wanted, [&found]))
    }

    fn shown(&self) -> String {
        format!("{}/{}", self.os, self.architecture)
    }
}

pub(crate) fn no_match<'a>(
    wanted: &Platform,
    found: impl IntoIterator<Item = &'a Platform>,
) -> ImageError {
    let mut found: Vec<String> = found.into_iter().map(Platform::shown).collect();
    found.dedup();
    if found.is_empty() {
        found.push("none".to_owned());
    }
    ImageError::NoMatchingPlatform { wanted: wanted.shown(), found: found.join(", ") }
}

fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, ImageError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ImageError::malformed(format!("its manifest cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(architecture: &str, size: u64) -> Descriptor {
        Descriptor {
            media_type: OCI_MANIFEST.to_owned(),
            digest: Digest::of(architecture.as_bytes()),
            size,
            platform: Some(Platform {
                architecture: architecture.to_owned(),
                os: "linux".to_owned(),
            }),
            annotations: None,
        }
    }

    #[test]
    fn the_hosts_platform_is_picked() {
        let host = Platform::host().architecture;
        let manifests =
            vec![descriptor("unknown", 1), descriptor(&host, 2), descriptor("s390x", 3)];
        let index = Index { schema_version: 2, manifests };
        assert_eq!(index.pick().expect("it is there").size, 2);

        let index = Index { schema_version: 2, manifests: vec![descriptor("s390x", 3)] };
        let expected = format!("no image for platform `linux/{host}`, only for linux/s390x");
        assert_eq!(index.pick().expect_err("it is not there").to_string(), expected);
    }

    #[test]
    fn an_image_of_another_architecture_is_refused() {
        assert!(Platform::accept("", "").is_ok());
        assert!(Platform::accept(&Platform::host().architecture, "linux").is_ok());
        assert!(Platform::accept("s390x", "linux").is_err());
        assert!(Platform::accept(&Platform::host().architecture, "windows").is_err());
    }

    #[test]
    fn what_the_store_cannot_hold_is_refused_before_it_is_fetched() {
        let layer = |media_type: &str, size| Descriptor {
            media_type: media_type.to_owned(),
            platform: None,
            ..descriptor("x", size)
        };
        let refusal = |layers: Vec<Descriptor>| {
            let config = layer(OCI_CONFIG, 10);
            let manifest = Manifest { schema_version: 2, media_type: None, config, layers };
            let limits = Limits { layers: 2, blob_bytes: 100, ..Limits::default() };
            manifest.check(&limits).map_err(|error| error.to_string())
        };
        assert_eq!(refusal(vec![layer(OCI_LAYER_ZSTD, 100)]), Ok(()));
        assert_eq!(
            refusal(vec![layer(OCI_LAYER, 101)]),
            Err("a layer blob is larger than the limit of 100".to_owned())
        );
        assert_eq!(
            refusal(vec![layer(OCI_LAYER, 1); 3]),
            Err("the number of layers is larger than the limit of 2".to_owned())
        );
        let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        assert_eq!(
            refusal(vec![layer(foreign, 1)]),
            Err(format!("unsupported in an image: layer media type `{foreign}`"))
        );
    }

    #[test]
    fn the_first_schema_is_refused_by_name() {
        let refused = Document::parse(br#"{"schemaVersion":1,"fsLayers":[]}"#);
        let error = refused.err().expect("version 1").to_string();
        assert_eq!(error, "unsupported in an image: manifest schema version 1");
    }
}
