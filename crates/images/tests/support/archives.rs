//! Archives of images as other tools write them, put together by hand.

use std::io::Write as _;

use images::Digest;
use images::build::ArchiveBuilder;
use serde_json::{Value, json};
use tar::EntryType;

use crate::testing::RawTar;

impl RawTar {
    pub(crate) fn entry_file(self, path: &str, data: &[u8]) -> RawTar {
        self.entry(EntryType::Regular, path, "", data)
    }
}

/// A layer as a blob, with the digests that its image claims for it.
#[derive(Clone)]
pub(crate) struct Blob {
    pub(crate) bytes: Vec<u8>,
    pub(crate) media_type: &'static str,
    pub(crate) digest: Digest,
    pub(crate) diff_id: Digest,
}

pub(crate) fn blob(bytes: &[u8], media_type: &'static str, tar: &[u8]) -> Blob {
    let (digest, diff_id) = (Digest::of(bytes), Digest::of(tar));
    Blob { bytes: bytes.to_vec(), media_type, digest, diff_id }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory writes");
    encoder.finish().expect("memory writes")
}

pub(crate) fn host_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

pub(crate) fn config(architecture: &str, diff_ids: &[Digest]) -> Vec<u8> {
    let document = json!({
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": ["/bin/web"]},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    });
    document.to_string().into_bytes()
}

/// One layer of some files, as our own builder writes it.
pub(crate) fn with_files(reference: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = ArchiveBuilder::new(reference);
    for (path, data) in files {
        builder = builder.file(path, 0o644, *data);
    }
    let mut archive = Vec::new();
    builder.write(&mut archive).expect("memory writes");
    archive
}

pub(crate) fn docker_archive(files: RawTar, tags: &[&str], layers: &[(&str, &Digest)]) -> Vec<u8> {
    let diff_ids: Vec<Digest> = layers.iter().map(|(_, diff_id)| (*diff_id).clone()).collect();
    let config = config(host_architecture(), &diff_ids);
    let config_name = format!("{}.json", Digest::of(&config).hex());
    let names: Vec<&str> = layers.iter().map(|(name, _)| *name).collect();
    let manifest = json!([{"Config": config_name, "RepoTags": tags, "Layers": names}]);
    let files = files.entry_file(&config_name, &config);
    files.entry_file("manifest.json", manifest.to_string().as_bytes()).finish()
}

/// An OCI layout whose index names one manifest.
pub(crate) fn oci_archive(layers: &[Blob], annotations: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = layout(layers);
    let mut descriptor = add_image(&mut tar, layers, host_architecture());
    let annotations: serde_json::Map<String, Value> =
        annotations.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    descriptor["annotations"] = Value::Object(annotations);
    finish(tar, &descriptor)
}

pub(crate) struct Platforms {
    pub(crate) bytes: Vec<u8>,
    /// The digest of the index that lists the platforms.
    pub(crate) index: Digest,
}

/// An OCI layout whose index names an index of platforms, as Docker writes it.
pub(crate) fn oci_archive_of_platforms(layers: &[Blob], architectures: &[&str]) -> Platforms {
    let mut tar = layout(layers);
    let mut manifests = Vec::new();
    for architecture in architectures {
        let mut descriptor = add_image(&mut tar, layers, architecture);
        descriptor["platform"] = json!({"architecture": architecture, "os": "linux"});
        manifests.push(descriptor);
    }
    let index = json!({"schemaVersion": 2, "manifests": manifests}).to_string().into_bytes();
    let media_type = "application/vnd.oci.image.index.v1+json";
    let descriptor = add(&mut tar, media_type, &index);
    Platforms { bytes: finish(tar, &descriptor), index: Digest::of(&index) }
}

fn layout(layers: &[Blob]) -> RawTar {
    let mut tar = RawTar::default().file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    for layer in layers {
        tar = tar.entry_file(&format!("blobs/sha256/{}", layer.digest.hex()), &layer.bytes);
    }
    tar
}

fn add_image(tar: &mut RawTar, layers: &[Blob], architecture: &str) -> Value {
    let diff_ids: Vec<Digest> = layers.iter().map(|layer| layer.diff_id.clone()).collect();
    let config_type = "application/vnd.oci.image.config.v1+json";
    let config = add(tar, config_type, &config(architecture, &diff_ids));
    let manifest = manifest(&config, layers);
    add(tar, "application/vnd.oci.image.manifest.v1+json", &manifest)
}

pub(crate) fn manifest(config: &Value, layers: &[Blob]) -> Vec<u8> {
    let layers: Vec<Value> = layers
        .iter()
        .map(|layer| {
            let (media_type, size) = (layer.media_type, layer.bytes.len());
            json!({"mediaType": media_type, "digest": layer.digest, "size": size})
        })
        .collect();
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let document = json!({
        "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": layers,
    });
    document.to_string().into_bytes()
}

fn add(tar: &mut RawTar, media_type: &str, bytes: &[u8]) -> Value {
    let digest = Digest::of(bytes);
    let name = format!("blobs/sha256/{}", digest.hex());
    *tar = std::mem::take(tar).entry_file(&name, bytes);
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

fn finish(tar: RawTar, descriptor: &Value) -> Vec<u8> {
    let index = json!({"schemaVersion": 2, "manifests": [descriptor]});
    tar.file("index.json", &index.to_string()).finish()
}
