//! A listener with services behind it that say who called them, and its client.

use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_api::ecs::{
    DeleteClusterRequest, DeleteClusterResponse, DescribeClustersRequest, DescribeClustersResponse,
    Ecs, ListClustersRequest, ListClustersResponse,
};
use aws_api::sts::{GetCallerIdentityRequest, GetCallerIdentityResponse, Sts};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use edge::{
    AuthMode, Config, Credentials, Edge, Identity, Limits, LookupError, Objects, ObjectsArrival,
    Parts, RequestContext, Sender, ServeError, Services,
};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use model::{Principal, Rng, Scope, Timestamp, principal};
use sigv4::{AmzDate, BodyHash, Headers, PathRule, SecretKey, Signing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::ApiError;

pub(crate) const NOW: i64 = 1_440_938_160;
pub(crate) const KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const TEMPORARY_KEY: &str = "ASIAEXAMPLE";
pub(crate) const EXPIRED_KEY: &str = "ASIAEXPIRED";
pub(crate) const TOKEN: &str = "the-session-token";
pub(crate) const ECS_TARGET: &str = "AmazonEC2ContainerServiceV20141113";

/// A running listener.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) fake: Arc<Fake>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<Result<(), ServeError>>,
    now: Arc<AtomicI64>,
}

impl Server {
    pub(crate) fn start() -> Server {
        Server::with(AuthMode::Verify, Limits::default())
    }

    pub(crate) fn with(auth: AuthMode, limits: Limits) -> Server {
        Server::of(Fake::new(), auth, limits)
    }

    /// One that has S3.
    pub(crate) fn with_objects(auth: AuthMode) -> Server {
        Server::of(Fake { has_objects: true, ..Fake::new() }, auth, Limits::default())
    }

    fn of(fake: Fake, auth: AuthMode, limits: Limits) -> Server {
        let fake = Arc::new(fake);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let now = Arc::new(AtomicI64::new(NOW));
        let edge = edge(auth, limits, &fake, &now);
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(edge.serve(vec![listener], shutdown.clone()));
        Server { address, fake, shutdown, serving, now }
    }

    pub(crate) fn set_time(&self, secs: i64) {
        self.now.store(secs, Ordering::Relaxed);
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Answer::read(client.request(request).await.expect("an answer")).await
    }

    pub(crate) async fn call(&self, call: &Call) -> Answer {
        self.send(call.request(self.address)).await
    }

    /// Sends bytes as they are and reads until the listener hangs up.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The listener may hang up before it has read everything.
        let _is_sent = stream.write_all(bytes).await;
        read_to_end(&mut stream).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the listener accepts")
    }
}

/// Tolerates a reset: it is one way to be hung up on.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _is_clean = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn edge(auth: AuthMode, limits: Limits, fake: &Arc<Fake>, now: &Arc<AtomicI64>) -> Edge {
    let clock = Arc::clone(now);
    let pages = Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/panic", get(|| async { assert!(std::hint::black_box(false), "a page's") }));
    Edge::new(Parts {
        services: Arc::<Fake>::clone(fake),
        objects: fake.has_objects.then(|| Arc::<Fake>::clone(fake) as Arc<dyn Objects>),
        credentials: Arc::new(Keys),
        clock: Arc::new(move || Timestamp::from_secs(clock.load(Ordering::Relaxed))),
        rng: Rng::seeded(1),
        config: Config { auth, default_scope: Scope::new("000000000000", "us-east-1"), limits },
        pages,
    })
}

struct Keys;

impl Credentials for Keys {
    fn lookup(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        _now: Timestamp,
    ) -> Result<Identity, LookupError> {
        let account = "000000000000".to_owned();
        let identity = match (access_key_id, session_token) {
            (KEY, None) => principal::Identity::Root,
            (TEMPORARY_KEY, Some(TOKEN)) => principal::Identity::Role {
                name: "web".to_owned(),
                path: "/".to_owned(),
                id: "AROA".to_owned(),
                session_name: "task".to_owned(),
            },
            (EXPIRED_KEY, Some(TOKEN)) => return Err(LookupError::Expired),
            _ => return Err(LookupError::Unknown),
        };
        Ok(Identity {
            principal: Arc::new(Principal { account, identity, session: None }),
            secret: SecretKey::new(SECRET),
        })
    }
}

/// Services that tell who calls, that panic, and that wait to be released.
pub(crate) struct Fake {
    pub(crate) started: Semaphore,
    pub(crate) release: Semaphore,
    has_objects: bool,
}

impl Fake {
    pub(crate) fn new() -> Fake {
        let (started, release) = (Semaphore::new(0), Semaphore::new(0));
        Fake { started, release, has_objects: false }
    }
}

/// Says what was handed on to it, without a look at the body.
impl Objects for Fake {
    fn is_bucket(&self, host: &str) -> bool {
        host.starts_with("bucket.s3.")
    }

    fn call(&self, arrival: ObjectsArrival) -> BoxFuture<'static, Response<Body>> {
        let sender = match arrival.sender {
            Sender::Unproven => "unproven".to_owned(),
            Sender::Anyone { identity, region } => format!("{} {region}", identity.principal.arn()),
        };
        let (method, path) = (arrival.request.method(), arrival.request.uri().path());
        let text = format!("{method} {path} {sender} {}", arrival.source_ip);
        let is_whole = !path.ends_with("panic");
        Box::pin(async move {
            assert!(is_whole, "an operation's");
            Response::new(Body::from(text))
        })
    }
}

impl Services for Fake {
    fn schemas(&self) -> &'static [&'static wire::Service] {
        aws_api::SERVICES
    }

    fn call<'a>(
        &'a self,
        context: &'a RequestContext,
        request: &'a wire::Request<'a>,
    ) -> BoxFuture<'a, wire::Response> {
        Box::pin(async move {
            match request.service.name {
                "ecs" => aws_api::ecs::dispatch(self, context, request).await,
                "sts" => aws_api::sts::dispatch(self, context, request).await,
                name => match request.decode() {
                    Ok(_) => request.refuse(&wire::not_implemented(name, request.operation.name)),
                    Err(error) => request.refuse(&error),
                },
            }
        })
    }
}

impl Ecs for Fake {
    type Context = RequestContext;

    fn admit(
        &self,
        _context: &RequestContext,
        _request: &wire::Request<'_>,
        _input: &wire::Value,
    ) -> Result<(), ApiError> {
        Ok(())
    }

    async fn list_clusters(
        &self,
        context: &RequestContext,
        _input: ListClustersRequest,
    ) -> Result<ListClustersResponse, ApiError> {
        let arn = context.scope.arn("ecs", "cluster/default");
        Ok(ListClustersResponse { cluster_arns: Some(vec![arn]), next_token: None })
    }

    async fn describe_clusters(
        &self,
        _context: &RequestContext,
        _input: DescribeClustersRequest,
    ) -> Result<DescribeClustersResponse, ApiError> {
        panic!("an operation's")
    }

    async fn delete_cluster(
        &self,
        _context: &RequestContext,
        _input: DeleteClusterRequest,
    ) -> Result<DeleteClusterResponse, ApiError> {
        self.started.add_permits(1);
        self.release.acquire().await.expect("never closed").forget();
        Ok(DeleteClusterResponse::default())
    }
}

impl Sts for Fake {
    type Context = RequestContext;

    fn admit(
        &self,
        _context: &RequestContext,
        _request: &wire::Request<'_>,
        _input: &wire::Value,
    ) -> Result<(), ApiError> {
        Ok(())
    }

    async fn get_caller_identity(
        &self,
        context: &RequestContext,
        _input: GetCallerIdentityRequest,
    ) -> Result<GetCallerIdentityResponse, ApiError> {
        Ok(GetCallerIdentityResponse {
            user_id: context.access_key_id.clone(),
            account: Some(context.scope.account.clone()),
            arn: Some(context.principal.arn()),
        })
    }
}

/// A call before it is signed.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) service: &'static str,
    pub(crate) region: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    pub(crate) signer: Option<Signer>,
}

#[derive(Clone, Copy)]
pub(crate) struct Signer {
    pub(crate) key: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) token: Option<&'static str>,
    pub(crate) at: i64,
}

pub(crate) const SIGNER: Signer = Signer { key: KEY, secret: SECRET, token: None, at: NOW };

impl Call {
    pub(crate) fn json(target: &str, body: impl Into<Bytes>) -> Call {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", target.to_owned()),
        ];
        Call { headers, ..Call::of("ecs", body) }
    }

    pub(crate) fn form(service: &'static str, body: impl Into<Bytes>) -> Call {
        let content_type = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
        Call { headers: vec![("content-type", content_type)], ..Call::of(service, body) }
    }

    pub(crate) fn cbor(service: &'static str, path: &str, body: impl Into<Bytes>) -> Call {
        let headers = vec![
            ("content-type", "application/cbor".to_owned()),
            ("smithy-protocol", "rpc-v2-cbor".to_owned()),
        ];
        Call { headers, path: path.to_owned(), ..Call::of(service, body) }
    }

    fn of(service: &'static str, body: impl Into<Bytes>) -> Call {
        Call {
            method: "POST",
            path: "/".to_owned(),
            service,
            region: "us-east-1",
            headers: Vec::new(),
            body: body.into(),
            signer: Some(SIGNER),
        }
    }

    pub(crate) fn list_clusters() -> Call {
        Call::json(&format!("{ECS_TARGET}.ListClusters"), "{}")
    }

    pub(crate) fn caller_identity() -> Call {
        Call::form("sts", "Action=GetCallerIdentity&Version=2011-06-15")
    }

    pub(crate) fn describe_vpcs() -> Call {
        Call::form("ec2", "Action=DescribeVpcs&Version=2016-11-15")
    }

    pub(crate) fn unsigned(self) -> Call {
        Call { signer: None, ..self }
    }

    pub(crate) fn signed_by(self, signer: Signer) -> Call {
        Call { signer: Some(signer), ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Call {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn request(&self, address: SocketAddr) -> Request<Full<Bytes>> {
        let host = address.to_string();
        let mut request = Request::builder().method(self.method);
        request = request.uri(format!("http://{host}{}", self.path)).header("host", &host);
        for (name, value) in self.headers.iter().cloned().chain(self.signature(&host)) {
            request = request.header(name, value);
        }
        request.body(Full::new(self.body.clone())).expect("a well-formed request")
    }

    fn signature(&self, host: &str) -> Vec<(&'static str, String)> {
        let Some(signer) = self.signer else { return Vec::new() };
        let secret = SecretKey::new(signer.secret);
        self.signing(host, signer, &secret, sigv4::sign)
    }

    /// Moves the signature into the query.
    pub(crate) fn presigned(mut self, address: SocketAddr, expires_seconds: u32) -> Call {
        let signer = self.signer.take().expect("a call that is to be signed");
        let secret = SecretKey::new(signer.secret);
        let query = self.signing(&address.to_string(), signer, &secret, |request, signing| {
            sigv4::presign(request, signing, expires_seconds)
        });
        let (path, _) = self.path.split_once('?').unwrap_or((&self.path, ""));
        self.path = format!("{path}?{query}");
        self
    }

    fn signing<T>(
        &self,
        host: &str,
        signer: Signer,
        secret: &SecretKey,
        then: impl FnOnce(&sigv4::Request<'_>, &Signing<'_>) -> T,
    ) -> T {
        let mut headers: Vec<(&str, &[u8])> = vec![("host", host.as_bytes())];
        headers.extend(self.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let body_hash = BodyHash::of(&self.body);
        let (method, headers) = (self.method, Headers(&headers));
        let request = sigv4::Request { method, path, query, headers, body_hash };
        let credentials =
            sigv4::Credentials { access_key_id: signer.key, secret, session_token: signer.token };
        let signing = Signing {
            credentials,
            region: self.region,
            service: self.service,
            now: AmzDate::from_secs(signer.at),
            path: PathRule::Normalized,
        };
        then(&request, &signing)
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    /// What is no text in it is lost: no test here looks at it.
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn read(response: Response<hyper::body::Incoming>) -> Answer {
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are text"))
    }

    /// The error's code, as an SDK of the protocol reads it.
    pub(crate) fn code(&self) -> String {
        if self.header("content-type").starts_with("application/x-amz-json") {
            let json: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
            return json["__type"].as_str().unwrap_or("none").to_owned();
        }
        if self.header("content-type") == "application/cbor" {
            assert_eq!(self.header("smithy-protocol"), "rpc-v2-cbor");
            return self.header("x-amzn-errortype").to_owned();
        }
        let code = self.body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        code.map_or("none", |(code, _)| code).to_owned()
    }

    /// Status, content type and body, the request id replaced, an XML tag a line.
    pub(crate) fn shown(&self) -> String {
        let id = self.header("x-amzn-requestid");
        let mut text = format!("{} {}\n", self.status, self.header("content-type"));
        writeln!(text, "{}", self.body.trim_end()).expect("writing to a string");
        assert_eq!(id.len(), 36, "a request id in {text}");
        assert!(self.headers.contains_key("date"), "a date in {text}");
        text.replace(id, "ID").replace("><", ">\n<")
    }
}
