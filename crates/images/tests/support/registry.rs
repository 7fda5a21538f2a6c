//! Debian's `docker-registry` on loopback, and just enough HTTP to fill it.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use images::Digest;
use serde_json::json;
use tempfile::TempDir;

use crate::archives::{Blob, config, host_architecture, manifest};

pub(crate) const USER: &str = "deployer";
pub(crate) const PASSWORD: &str = "opensesame";
/// The password's bcrypt hash, of the least cost, as `htpasswd -B` would write it.
const HTPASSWD: &str = "deployer:$2b$04$abcdefghijklmnopqrstuuFuhxWRTXIsURoluSTZ1N4tYaWGn9oOi\n";
const PROGRAM: &str = "/usr/bin/docker-registry";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A running registry, which ends with the test.
pub(crate) struct Server {
    child: Child,
    directory: TempDir,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start() -> Server {
        assert!(
            Path::new(PROGRAM).exists(),
            "{PROGRAM} is missing; these tests need it: apt-get install docker-registry"
        );
        let directory = TempDir::new().expect("a temporary directory");
        let path = |name: &str| directory.path().join(name).display().to_string();
        std::fs::write(path("htpasswd"), HTPASSWD).expect("it is writable");
        let settings = json!({
            "version": "0.1",
            "log": {"level": "info", "accesslog": {"disabled": true}},
            "storage": {"filesystem": {"rootdirectory": path("data")}},
            "http": {"addr": "127.0.0.1:0"},
            "auth": {"htpasswd": {"realm": "tests", "path": path("htpasswd")}},
        });
        std::fs::write(path("config.yml"), settings.to_string()).expect("it is writable");
        let mut command = Command::new(PROGRAM);
        command.args(["serve", &path("config.yml")]).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.env("OTEL_TRACES_EXPORTER", "none").spawn().expect("it is there");
        let mut log = BufReader::new(child.stderr.take().expect("it was piped"));
        let address = listening_address(&mut log);
        // Whoever fills the pipe must find it read.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Server { child, directory, address }
    }

    pub(crate) fn reference(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// Pushes an image of these layers for one architecture, and gives its manifest's digest.
    pub(crate) fn push(&self, repository: &str, tag: &str, layers: &[Blob]) -> Digest {
        let manifest = self.push_parts(repository, host_architecture(), layers);
        self.push_manifest(repository, tag, MANIFEST, &manifest)
    }

    /// Pushes an index of images of these layers, one for each architecture.
    pub(crate) fn push_index(
        &self,
        repository: &str,
        tag: &str,
        (architectures, layers): (&[&str], &[Blob]),
    ) -> Digest {
        let mut manifests = Vec::new();
        for architecture in architectures {
            let bytes = self.push_parts(repository, architecture, layers);
            let digest = Digest::of(&bytes);
            self.push_manifest(repository, &digest.to_string(), MANIFEST, &bytes);
            let platform = json!({"architecture": architecture, "os": "linux"});
            let size = bytes.len();
            manifests.push(json!({
                "mediaType": MANIFEST, "digest": digest, "size": size, "platform": platform,
            }));
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.push_manifest(repository, tag, INDEX, index.to_string().as_bytes())
    }

    /// Where the registry keeps a blob.
    pub(crate) fn blob_file(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        let blobs = self.directory.path().join("data/docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }

    fn push_parts(&self, repository: &str, architecture: &str, layers: &[Blob]) -> Vec<u8> {
        let diff_ids: Vec<Digest> = layers.iter().map(|layer| layer.diff_id.clone()).collect();
        let config = config(architecture, &diff_ids);
        for bytes in layers.iter().map(|layer| &layer.bytes).chain([&config]) {
            self.push_blob(repository, bytes);
        }
        let media_type = "application/vnd.oci.image.config.v1+json";
        let descriptor = json!({
            "mediaType": media_type, "digest": Digest::of(&config), "size": config.len(),
        });
        manifest(&descriptor, layers)
    }

    fn push_blob(&self, repository: &str, bytes: &[u8]) {
        let begun = self.request("POST", &format!("/v2/{repository}/blobs/uploads/"), ("", b""));
        assert_eq!(begun.status, 202, "{}", begun.body);
        let location = begun.header("location").expect("an upload has a location");
        let path = location.trim_start_matches(&format!("http://{}", self.address));
        let path = format!("{path}&digest={}", Digest::of(bytes));
        let done = self.request("PUT", &path, ("application/octet-stream", bytes));
        assert_eq!(done.status, 201, "{}", done.body);
    }

    fn push_manifest(&self, repository: &str, tag: &str, media_type: &str, bytes: &[u8]) -> Digest {
        let path = format!("/v2/{repository}/manifests/{tag}");
        let done = self.request("PUT", &path, (media_type, bytes));
        assert_eq!(done.status, 201, "{}", done.body);
        Digest::of(bytes)
    }

    fn request(&self, method: &str, path: &str, (media_type, body): (&str, &[u8])) -> Response {
        let mut stream = TcpStream::connect(self.address).expect("the registry listens");
        let credentials =
            base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {credentials}\r\n\
             Content-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("the registry reads");
        stream.write_all(body).expect("the registry reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("the registry answers");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let (head, body) = (head.to_owned(), body.to_owned());
        Response { status: status.expect("an answer has a status"), head, body }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test will have noticed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The registry binds a free port and says which in its log.
fn listening_address(log: &mut impl std::io::BufRead) -> SocketAddr {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        let count = log.read_line(&mut line).expect("the log is text");
        assert!(count > 0, "the registry ended: {seen}");
        seen.push_str(&line);
        let address = line.split("listening on ").nth(1).and_then(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
            rest[..end.unwrap_or(rest.len())].parse().ok()
        });
        if let Some(address) = address {
            return address;
        }
    }
}
