//! Pulls from a real registry, over loopback, with passwords and with damage.

#[path = "support/archives.rs"]
#[expect(dead_code, reason = "these tests make no archives")]
mod archives;
#[path = "support/registry.rs"]
mod registry;
#[path = "../src/testing.rs"]
#[expect(dead_code, reason = "these tests mount nothing")]
mod testing;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use archives::{Blob, blob, gzip, host_architecture};
use images::{
    Digest, ImageError, ImageHandle, ImageStore, LayerPhase, Limits, Progress, PullError,
    PullPolicy, PullRequest, RegistryAuth,
};
use registry::{PASSWORD, Server, USER};
use tempfile::TempDir;
use testing::RawTar;

const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
const TAR_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const TAR_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

/// A store, and a client's view of it.
struct Host {
    directory: TempDir,
    store: ImageStore,
    policy: PullPolicy,
}

impl Host {
    fn new() -> Host {
        Host::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Host {
        let directory = TempDir::new().expect("a temporary directory");
        let store = ImageStore::open(directory.path(), limits).expect("the store opens");
        Host { directory, store, policy: PullPolicy::Always }
    }

    async fn pull(&self, reference: &str) -> Result<ImageHandle, PullError> {
        self.pull_as(reference, &basic(USER, PASSWORD), &Progress::none()).await
    }

    async fn pull_as(
        &self,
        reference: &str,
        auth: &RegistryAuth,
        progress: &Progress,
    ) -> Result<ImageHandle, PullError> {
        let policy = self.policy;
        let request = PullRequest { reference, auth, policy, insecure_registries: &[], progress };
        self.store.pull(request).await
    }

    /// What is left in the store's directory of that name.
    fn count(&self, name: &str) -> usize {
        std::fs::read_dir(self.directory.path().join(name)).expect("it is there").count()
    }
}

fn basic(username: &str, password: &str) -> RegistryAuth {
    let password = password.to_owned().into();
    RegistryAuth::Basic { username: username.to_owned(), password }
}

fn tar(name: &str) -> Vec<u8> {
    RawTar::default().file(name, &"data".repeat(10_000)).finish()
}

fn layers() -> Vec<Blob> {
    let (one, two, three) = (tar("one"), tar("two"), tar("three"));
    let zstd = zstd::encode_all(&three[..], 1).expect("memory writes");
    vec![blob(&one, TAR, &one), blob(&gzip(&two), TAR_GZIP, &two), blob(&zstd, TAR_ZSTD, &three)]
}

type Seen = Arc<Mutex<BTreeMap<Digest, Vec<u64>>>>;

/// Bytes that each layer's blob took over the network.
fn downloads() -> (Progress, Seen) {
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let listener = Arc::clone(&seen);
    let progress = Progress::new(move |progress| {
        if progress.phase == LayerPhase::Download && progress.bytes_done == progress.bytes_total {
            let mut seen = listener.lock().expect("no listener panics");
            let sizes: &mut Vec<u64> = seen.entry(progress.diff_id.clone()).or_default();
            sizes.push(progress.bytes_total);
        }
    });
    (progress, seen)
}

#[tokio::test]
async fn an_image_is_pulled_by_tag_and_by_digest() {
    let server = Server::start();
    let digest = server.push("team/web", "1", &layers());
    let by_tag = server.reference("team/web:1");
    let by_digest = server.reference(&format!("team/web@{digest}"));
    for reference in [&by_tag, &by_digest] {
        let host = Host::new();
        let image = host.pull(reference).await.expect("it is there");
        assert_eq!(image.manifest_digest, digest);
        assert_eq!(image.config.command, ["/bin/web"]);
        assert_eq!(image.bytes, 3 * 40_000);
        assert_eq!(host.store.resolve(reference).expect("it is a name"), Some(image));
        assert_eq!((host.count("layers"), host.count("tmp")), (3, 0));
        assert_eq!(host.count("blobs/sha256"), 2, "layers' blobs are not kept");
    }
    let by_name = format!("localhost:{}/team/web:1", server.address.port());
    Host::new().pull(&by_name).await.expect("names of hosts are resolved");
    let host = Host::new();
    host.pull(&by_tag).await.expect("it is there");
    let found = host.store.resolve(&by_digest).expect("it is a name");
    assert!(found.is_some(), "a digest names what a tag brought");
}

#[tokio::test]
async fn each_refusal_has_its_own_error() {
    let server = Server::start();
    server.push("web", "1", &layers());
    let host = Host::new();
    let web = server.reference("web:1");
    for auth in [
        RegistryAuth::Anonymous,
        basic(USER, "wrong"),
        basic("nobody", PASSWORD),
        RegistryAuth::Token("x".to_owned().into()),
    ] {
        let error = host.pull_as(&web, &auth, &Progress::none()).await.expect_err("it is wrong");
        assert!(matches!(error, PullError::Unauthorized { .. }), "{auth:?}: {error}");
    }
    let absent = Digest::of(b"absent");
    for name in ["web:2", "nothing:1", &format!("web@{absent}")] {
        let error = host.pull(&server.reference(name)).await.expect_err("it is not there");
        assert!(matches!(error, PullError::NotFound { .. }), "{name}: {error}");
    }
    let error = host.pull("Not A Name").await.expect_err("it is no name");
    assert!(matches!(error, PullError::Image(ImageError::BadReference { .. })), "{error}");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = nobody.local_addr().expect("it is bound");
    drop(nobody);
    let error = host.pull(&format!("{address}/web:1")).await.expect_err("nobody listens");
    assert!(matches!(error, PullError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert_eq!(host.store.list().expect("it lists"), []);
    let secrets = format!("{:?}", basic(USER, PASSWORD));
    assert!(!secrets.contains(PASSWORD), "{secrets}");
}

#[tokio::test]
async fn damage_on_the_registrys_disk_is_noticed() {
    let server = Server::start();
    let layers = layers();
    let manifest = server.push("web", "1", &layers);
    let document = std::fs::read(server.blob_file(&manifest)).expect("it is there");
    let document: serde_json::Value = serde_json::from_slice(&document).expect("it is JSON");
    let config = document["config"]["digest"].as_str().and_then(Digest::parse);
    let mut damaged: Vec<Digest> = layers.iter().map(|layer| layer.digest.clone()).collect();
    damaged.extend([config.expect("a manifest has a config"), manifest]);
    for digest in damaged {
        let file = server.blob_file(&digest);
        let sound = std::fs::read(&file).expect("it is there");
        // In the last third: within data, not in what the registry itself must be able to read.
        let mut bytes = sound.clone();
        let at = bytes.len() * 3 / 4;
        bytes[at] ^= 1;
        std::fs::write(&file, &bytes).expect("it is writable");
        let host = Host::new();
        let error = host.pull(&server.reference("web:1")).await.expect_err("it is damaged");
        let is_told = matches!(error, PullError::Image(ImageError::BadDigest { .. }));
        assert!(is_told, "{digest}: {error}");
        assert_eq!(host.store.list().expect("it lists"), []);
        std::fs::write(&file, &sound).expect("it is writable");
        host.pull(&server.reference("web:1")).await.expect("it is repaired");
        // Whatever the refused pull had still been unpacking was waited for by this one.
        assert_eq!((host.count("layers"), host.count("tmp")), (3, 0));
    }
    let cut = server.blob_file(&layers[0].digest);
    std::fs::write(&cut, &layers[0].bytes[..1000]).expect("it is writable");
    let error = Host::new().pull(&server.reference("web:1")).await.expect_err("it is cut");
    assert!(matches!(error, PullError::Image(_)), "{error}");
}

#[tokio::test]
async fn layers_that_are_here_are_not_transferred_again() {
    let server = Server::start();
    let shared = layers();
    let own = tar("own");
    server.push("web", "1", &shared);
    server.push("web", "2", &[shared[0].clone(), shared[1].clone(), blob(&own, TAR, &own)]);
    let host = Host::new();
    let auth = basic(USER, PASSWORD);
    let (progress, seen) = downloads();
    let (one, two) = (server.reference("web:1"), server.reference("web:2"));
    host.pull_as(&one, &auth, &progress).await.expect("it is there");
    assert_eq!(std::mem::take(&mut *seen.lock().expect("no listener panics")).len(), 3);
    for _ in 0..2 {
        host.pull_as(&two, &auth, &progress).await.expect("it is there");
        let seen = seen.lock().expect("no listener panics");
        assert_eq!(*seen, BTreeMap::from([(Digest::of(&own), vec![own.len() as u64])]));
    }
}

#[tokio::test]
async fn pulls_at_once_transfer_each_layer_once() {
    let server = Server::start();
    server.push("web", "1", &layers());
    let host = Host::new();
    let (progress, seen) = downloads();
    let (auth, web) = (basic(USER, PASSWORD), server.reference("web:1"));
    let pulls = (0..6).map(|_| host.pull_as(&web, &auth, &progress));
    for result in futures_util::future::join_all(pulls).await {
        result.expect("it is there");
    }
    let seen = seen.lock().expect("no listener panics");
    assert_eq!(seen.len(), 3);
    assert!(seen.values().all(|sizes| sizes.len() == 1), "{seen:?}");
}

#[tokio::test]
async fn the_policy_says_when_the_registry_is_asked() {
    let server = Server::start();
    let web = server.reference("web:1");
    let old = server.push("web", "1", &layers()[..1]);
    let mut host = Host::new();
    host.pull(&web).await.expect("it is there");
    let new = server.push("web", "1", &layers());

    host.policy = PullPolicy::IfAbsent;
    assert_eq!(host.pull(&web).await.expect("it is here").manifest_digest, old);
    host.policy = PullPolicy::PreferRegistry;
    assert_eq!(host.pull(&web).await.expect("it is there").manifest_digest, new);
    drop(server);
    assert_eq!(host.pull(&web).await.expect("it is here").manifest_digest, new);
    host.policy = PullPolicy::Always;
    let error = host.pull(&web).await.expect_err("nobody is there");
    assert!(matches!(error, PullError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn of_several_platforms_this_hosts_is_pulled() {
    let server = Server::start();
    let layers = layers();
    let index = server.push_index("web", "1", (&["s390x", host_architecture()], &layers));
    server.push_index("web", "foreign", (&["s390x", "mips"], &layers));
    let host = Host::new();
    let image = host.pull(&server.reference("web:1")).await.expect("it is there");
    assert_eq!(image.config.architecture, host_architecture());
    let by_index = server.reference(&format!("web@{index}"));
    let found = host.store.resolve(&by_index).expect("it is a name");
    assert_eq!(found, Some(image.clone()), "the index's digest names it");
    assert_eq!(host.pull(&by_index).await.expect("it is there"), image);
    let error = host.pull(&server.reference("web:foreign")).await.expect_err("it is foreign");
    assert_eq!(
        error.to_string(),
        format!(
            "no image for platform `linux/{}`, only for linux/s390x, linux/mips",
            host_architecture()
        )
    );
}

#[tokio::test]
async fn limits_are_those_of_the_store() {
    let server = Server::start();
    server.push("web", "1", &layers());
    let web = server.reference("web:1");
    for (limits, expected) in [
        (Limits { blob_bytes: 1000, ..Limits::default() }, "a layer blob is larger"),
        (Limits { layer_bytes: 1000, ..Limits::default() }, "an unpacked layer is larger"),
        (Limits { layers: 2, ..Limits::default() }, "the number of layers is larger"),
        (Limits { manifest_bytes: 100, ..Limits::default() }, "a manifest is larger"),
        (Limits { config_bytes: 100, ..Limits::default() }, "an image config is larger"),
    ] {
        let host = Host::with_limits(limits);
        let error = host.pull(&web).await.expect_err("it is too much");
        let is_told = matches!(error, PullError::Image(ImageError::TooLarge { .. }));
        assert!(is_told && error.to_string().starts_with(expected), "{error}");
    }
}
