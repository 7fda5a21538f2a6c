//! A store in a folder of its own, and requests for it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use edge::{Identity, LookupError, Objects, ObjectsArrival, Sender};
use http::{Request, Response};
use http_body_util::BodyExt;
use iam::Policy;
use model::{Principal, Rng, Timestamp, principal};
use objects::{Ask, Gate, Limits, ObjectStore, ObjectStoreParts, ReadFor};
use sigv4::{AmzDate, BodyHash, Credentials, Headers, PathRule, SecretKey, Signing};

use crate::clock::now_secs;

const HOST: &str = "localhost:4566";

/// Somebody who signs.
#[derive(Clone, Copy)]
pub(crate) struct Signer {
    key: &'static str,
    secret: &'static str,
    token: Option<&'static str>,
    service: &'static str,
    seconds: i64,
}

const BY: Signer = Signer { key: "", secret: "secret", token: None, service: "s3", seconds: 0 };
pub(crate) const ROOT: Signer = Signer { key: "root", ..BY };
pub(crate) const SESSION: Signer = Signer { key: "session", token: Some("token"), ..BY };
pub(crate) const EXPIRED: Signer = Signer { key: "expired", token: Some("token"), ..BY };

impl Signer {
    pub(crate) fn with_token(self, token: Option<&'static str>) -> Signer {
        Signer { token, ..self }
    }

    pub(crate) fn with_secret(self, secret: &'static str) -> Signer {
        Signer { secret, ..self }
    }

    pub(crate) fn at(self, seconds: i64) -> Signer {
        Signer { seconds, ..self }
    }

    pub(crate) fn of_service(self, service: &'static str) -> Signer {
        Signer { service, ..self }
    }
}

#[derive(Default)]
struct Doorman {
    denies: AtomicBool,
    asked: Mutex<Vec<String>>,
}

impl Gate for Doorman {
    fn identity(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        _now: Timestamp,
    ) -> Result<Identity, LookupError> {
        match (access_key_id, session_token) {
            ("root", None) | ("session", Some("token")) => Ok(Identity {
                principal: Arc::new(principal_of(access_key_id)),
                secret: SecretKey::new("secret"),
            }),
            ("expired", Some("token")) => Err(LookupError::Expired),
            _ => Err(LookupError::Unknown),
        }
    }

    fn knows_principals(&self, _account: &str, _policy: &Policy) -> bool {
        true
    }

    fn authorize(&self, principal: Option<&Arc<Principal>>, ask: &Ask<'_>) -> Result<(), String> {
        let who = principal.map_or_else(|| "nobody".to_owned(), |one| one.arn());
        let who = who.rsplit('/').next().unwrap_or_default();
        let asked = format!("{} {} by {who}", ask.action, ask.resource);
        self.asked.lock().expect("whole").push(asked);
        if self.denies.load(Ordering::Relaxed) { Err("no".to_owned()) } else { Ok(()) }
    }
}

fn principal_of(user: &str) -> Principal {
    let (name, path, id) = (user.to_owned(), "/".to_owned(), "AIDA".to_owned());
    let identity = principal::Identity::User { name, path, id };
    Principal { account: "000000000000".to_owned(), identity, session: None }
}

pub(crate) struct Store {
    objects: ObjectStore,
    doorman: Arc<Doorman>,
    _folder: tempfile::TempDir,
}

impl Store {
    pub(crate) fn open() -> Store {
        let folder = tempfile::tempdir().expect("a folder");
        let doorman = Arc::new(Doorman::default());
        let gate = Arc::<Doorman>::clone(&doorman);
        let directory = folder.path().join("objects");
        let limits = Limits { requests_max: 3, place_wait_max: Duration::from_millis(10) };
        let parts = ObjectStoreParts { directory, gate, rng: Rng::seeded(1), limits };
        Store { objects: ObjectStore::open(parts).expect("it opens"), doorman, _folder: folder }
    }

    pub(crate) fn deny(&self) {
        self.doorman.denies.store(true, Ordering::Relaxed);
        self.asked();
    }

    pub(crate) fn allow(&self) {
        self.doorman.denies.store(false, Ordering::Relaxed);
    }

    /// What the gate was asked since this was last called.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.doorman.asked.lock().expect("whole"))
    }

    /// An answer whose body nobody has read yet.
    pub(crate) async fn begin(&self, call: Call) -> Response<Body> {
        let mut request = Request::builder().method(call.method).uri(&call.path);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let arrival = ObjectsArrival {
            request: request.body(Body::from(call.body)).expect("a request"),
            request_id: "1".to_owned(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            now: Timestamp::from_secs(now_secs()),
            sender: Sender::Unproven,
        };
        self.objects.call(arrival).await
    }

    /// What is read of an object for a user, at most so many bytes; or why not.
    pub(crate) async fn read_for(
        &self,
        (user, bucket, key): (&str, &str, &str),
        bytes_max: u64,
    ) -> Result<Vec<u8>, String> {
        let (principal, now) = (Arc::new(principal_of(user)), Timestamp::from_secs(now_secs()));
        let wanted = ReadFor { principal, now, bucket, key, bytes_max };
        self.objects.read_for(wanted).await.map_err(|error| error.to_string())
    }

    pub(crate) async fn call(&self, call: Call) -> Answer {
        let response = self.begin(call).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        Answer { status, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The status, and the error's code if it is one.
    pub(crate) fn code(&self) -> String {
        let code = self.body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        match code {
            Some((code, _)) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}

pub(crate) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Call {
    pub(crate) fn of(method: &'static str, path: &str) -> Call {
        let headers = vec![("host".to_owned(), HOST.to_owned())];
        Call { method, path: path.to_owned(), headers, body: String::new() }
    }

    pub(crate) fn get(path: &str) -> Call {
        Call::of("GET", path)
    }

    pub(crate) fn put(path: &str) -> Call {
        Call::of("PUT", path)
    }

    pub(crate) fn body(mut self, body: &str) -> Call {
        body.clone_into(&mut self.body);
        self
    }

    pub(crate) fn header(mut self, (name, value): (&str, &str)) -> Call {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn signed(mut self, signer: &Signer) -> Call {
        let body_hash = BodyHash::of(self.body.as_bytes());
        if !self.headers.iter().any(|(name, _)| name == "x-amz-content-sha256") {
            self = self.header(("x-amz-content-sha256", &body_hash.hex()));
        }
        let length = self.body.len().to_string();
        self = self.header(("content-length", &length));
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let headers = Headers(&headers);
        let request = sigv4::Request { method: self.method, path, query, headers, body_hash };
        let secret = SecretKey::new(signer.secret);
        let credentials =
            Credentials { access_key_id: signer.key, secret: &secret, session_token: signer.token };
        let signing = Signing {
            credentials,
            region: "us-east-1",
            service: signer.service,
            now: AmzDate::from_secs(now_secs() + signer.seconds),
            path: PathRule::Verbatim,
        };
        let added = sigv4::sign(&request, &signing);
        self.headers.extend(added.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }
}
