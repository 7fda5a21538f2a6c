//! Pulls from a registry that hands out tokens, and that misbehaves on request.
//!
//! No packaged registry does either, so this one is a few lines here; its repositories' names say
//! what they do.

#[path = "support/archives.rs"]
#[expect(dead_code, reason = "these tests make no archives")]
mod archives;
#[path = "../src/testing.rs"]
#[expect(dead_code, reason = "these tests mount nothing")]
mod testing;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use archives::{Blob, blob, config, host_architecture, manifest};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use images::{
    Digest, ImageHandle, ImageStore, Limits, Progress, PullError, PullPolicy, PullRequest,
    RegistryAuth,
};
use serde_json::json;
use tempfile::TempDir;
use testing::RawTar;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const USER: &str = "deployer";
const PASSWORD: &str = "opensesame";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What the registry holds, and what it was told.
struct Registry {
    address: SocketAddr,
    /// Another host for blobs, as cloud registries have.
    storage: SocketAddr,
    blobs: BTreeMap<String, Vec<u8>>,
    manifest: Vec<u8>,
    /// Authorization headers that the other host got to see.
    leaked: Mutex<Vec<String>>,
}

type Shared = State<Arc<Registry>>;

/// The registry and its storage, until this is dropped.
struct Running {
    registry: Arc<Registry>,
    _servers: JoinSet<std::io::Result<()>>,
}

impl Running {
    async fn start() -> Running {
        let bind = || TcpListener::bind("127.0.0.1:0");
        let (front, back) =
            (bind().await.expect("a free port"), bind().await.expect("a free port"));
        let tar = RawTar::default().file("file", "data").finish();
        let layer = blob(&tar, "application/vnd.oci.image.layer.v1.tar", &tar);
        let registry = Arc::new(Registry::holding(
            &layer,
            front.local_addr().expect("it is bound"),
            back.local_addr().expect("it is bound"),
        ));
        let routes = Router::new()
            .route("/v2/", get(challenge))
            .route("/token", get(token))
            .route("/v2/{repository}/manifests/{reference}", get(manifests))
            .route("/v2/{repository}/blobs/{digest}", get(blobs))
            .with_state(Arc::clone(&registry));
        let storage =
            Router::new().route("/{digest}", get(stored)).with_state(Arc::clone(&registry));
        let mut servers = JoinSet::new();
        servers.spawn(async move { axum::serve(front, routes).await });
        servers.spawn(async move { axum::serve(back, storage).await });
        Running { registry, _servers: servers }
    }

    async fn pull(&self, repository: &str, auth: &RegistryAuth) -> Result<ImageHandle, PullError> {
        let directory = TempDir::new().expect("a temporary directory");
        let store = ImageStore::open(directory.path(), Limits::default()).expect("it opens");
        let reference = format!("{}/{repository}:1", self.registry.address);
        let request = PullRequest {
            reference: &reference,
            auth,
            policy: PullPolicy::Always,
            insecure_registries: &[],
            progress: &Progress::none(),
        };
        store.pull(request).await
    }
}

impl Registry {
    fn holding(layer: &Blob, address: SocketAddr, storage: SocketAddr) -> Registry {
        let config = config(host_architecture(), std::slice::from_ref(&layer.diff_id));
        let media_type = "application/vnd.oci.image.config.v1+json";
        let digest = Digest::of(&config);
        let descriptor = json!({"mediaType": media_type, "digest": digest, "size": config.len()});
        let manifest = manifest(&descriptor, std::slice::from_ref(layer));
        let blobs = [(digest.to_string(), config), (layer.digest.to_string(), layer.bytes.clone())];
        let blobs = BTreeMap::from(blobs);
        Registry { address, storage, blobs, manifest, leaked: Mutex::default() }
    }
}

async fn challenge(registry: Shared) -> Response {
    let realm = format!("Bearer realm=\"http://{}/token\",service=\"tests\"", registry.address);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, realm)]).into_response()
}

/// A token says for which scope it is, and that is all that makes it good.
async fn token(headers: HeaderMap, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let credentials =
        base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let scope = query.get("scope").cloned().unwrap_or_default();
    if scope.contains("forged") {
        return axum::Json(json!({"token": "two\r\nlines: x"})).into_response();
    }
    match headers.get(header::AUTHORIZATION) {
        Some(value) if *value == format!("Basic {credentials}") => {
            axum::Json(json!({"token": format!("for-{scope}")})).into_response()
        }
        _ => (StatusCode::UNAUTHORIZED, "bad credentials").into_response(),
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = json!({"errors": [{"code": code, "message": "not you, not now"}]});
    (status, axum::Json(body)).into_response()
}

async fn manifests(
    registry: Shared,
    Path((repository, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let expected = format!("Bearer for-repository:{repository}:pull");
    if headers.get(header::AUTHORIZATION).is_none_or(|value| *value != expected) {
        return refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    }
    match repository.as_str() {
        "denied" => refusal(StatusCode::FORBIDDEN, "DENIED"),
        "limited" => refusal(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS"),
        "broken" => (StatusCode::INTERNAL_SERVER_ERROR, "x".repeat(5000)).into_response(),
        "nonsense" => ([(header::CONTENT_TYPE, MANIFEST)], "{}").into_response(),
        _ => ([(header::CONTENT_TYPE, MANIFEST)], registry.manifest.clone()).into_response(),
    }
}

async fn blobs(registry: Shared, Path((repository, digest)): Path<(String, String)>) -> Response {
    let bytes = registry.blobs.get(&digest).cloned();
    match (repository.as_str(), bytes) {
        (_, None) => refusal(StatusCode::NOT_FOUND, "BLOB_UNKNOWN"),
        ("longer", Some(bytes)) => [bytes, vec![0; 1 << 20]].concat().into_response(),
        ("elsewhere", Some(_)) => {
            let location = format!("http://{}/{digest}?signature=secret", registry.storage);
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
        }
        ("expired", Some(_)) => {
            let location = format!("http://{}/gone?signature=secret", registry.storage);
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
        }
        (_, Some(bytes)) => bytes.into_response(),
    }
}

async fn stored(registry: Shared, Path(digest): Path<String>, headers: HeaderMap) -> Response {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let mut leaked = registry.leaked.lock().expect("nobody panics with it");
        leaked.push(format!("{value:?}"));
    }
    match registry.blobs.get(&digest) {
        Some(bytes) => Bytes::from(bytes.clone()).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn right() -> RegistryAuth {
    let password = PASSWORD.to_owned().into();
    RegistryAuth::Basic { username: USER.to_owned(), password }
}

#[tokio::test]
async fn a_token_is_got_and_used() {
    let running = Running::start().await;
    let image = running.pull("web", &right()).await.expect("it is there");
    assert_eq!(image.bytes, 4);
    let token = "for-repository:web:pull".to_owned().into();
    running.pull("web", &RegistryAuth::Token(token)).await.expect("the token is good");
    for auth in [
        RegistryAuth::Anonymous,
        RegistryAuth::Token("stale".to_owned().into()),
        RegistryAuth::Basic { username: USER.to_owned(), password: "wrong".to_owned().into() },
    ] {
        let error = running.pull("web", &auth).await.expect_err("it is not good");
        assert!(matches!(error, PullError::Unauthorized { .. }), "{auth:?}: {error}");
    }
}

#[tokio::test]
async fn credentials_stay_with_the_registry() {
    let running = Running::start().await;
    running.pull("elsewhere", &right()).await.expect("redirects are followed");
    let leaked = running.registry.leaked.lock().expect("nobody panics with it");
    assert_eq!(*leaked, [""; 0]);
}

#[tokio::test]
async fn each_misbehaviour_has_its_own_error() {
    let running = Running::start().await;
    let address = running.registry.address;
    for (repository, expected) in [
        ("denied", format!("pull access denied for `{address}/denied:1`: not you, not now")),
        ("limited", format!("registry `{address}` limits the rate of requests: not you, not now")),
        ("broken", format!("registry `{address}` failed: status 500: {}", "x".repeat(188))),
        (
            "nonsense",
            "malformed image: its manifest cannot be read: missing field `schemaVersion` \
             at line 1 column 2"
                .to_owned(),
        ),
        ("forged", format!("registry `{address}` failed: its token is not a token")),
        ("expired", format!("registry `{address}` failed: status 500:")),
    ] {
        let error = running.pull(repository, &right()).await.expect_err(repository);
        assert_eq!(error.to_string(), expected, "{repository}");
    }
    let error = running.pull("longer", &right()).await.expect_err("it is longer").to_string();
    assert!(error.contains("size is not the"), "{error}");
}
