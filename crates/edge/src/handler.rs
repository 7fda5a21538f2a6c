//! One AWS request from its head to its answer.
//!
//! The steps are in [`Handler::answer`], in order: bounds, body, route,
//! signature, operation. Each may refuse; a refusal is worded by the protocol
//! that the request's head already tells.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::request::Parts as Head;
use http::{Method, Request, Response};
use model::{Rng, Timestamp};
use sigv4::{BodyHash, Headers, Hint};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wire::{ApiError, Facts, Protocol, Refusal, Route};

use crate::authenticate::{Authenticated, Authenticator, Call, anyone};
use crate::browser;
use crate::config::{AuthMode, Config};
use crate::context::{Clock, Objects, ObjectsArrival, RequestContext, Sender, Services};
use crate::read::BodyReader;
use crate::respond;

/// Where a request says that it is in one of Smithy's RPC protocols.
const SMITHY_PROTOCOL: &str = "smithy-protocol";

/// COMPAT: what these are asked with is not a signature ("`AssumeRoleWithWebIdentity`", AWS STS API
/// Reference). Nobody answers them, and they are told so by name.
const WITHOUT_SIGNATURE: [&str; 2] = ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];

/// What all connections share.
pub(crate) struct Handler {
    pub(crate) services: Arc<dyn Services>,
    pub(crate) objects: Option<Arc<dyn Objects>>,
    pub(crate) authenticator: Authenticator,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) bodies: BodyReader,
    /// Requests at work.
    pub(crate) places: Semaphore,
    pub(crate) rng: Mutex<Rng>,
}

/// The connection's other end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This host itself.
    Host,
    Elsewhere,
}

impl Handler {
    /// Answers whatever comes.
    pub(crate) async fn handle(&self, peer: Peer, request: Request<Body>) -> Response<Body> {
        let request_id = self.request_id();
        let (head, body) = request.into_parts();
        let arrival = Arrival::of(&head, peer, &request_id);
        let voice = arrival.voice(self.services.schemas());
        if let Some(objects) = self.objects.as_ref().filter(|one| arrival.is_for(&***one, &voice)) {
            return match self.check_head(&arrival) {
                Ok(()) => self.call_objects(objects, &arrival, body).await,
                Err(error) => arrival.refuse(&voice, &error),
            };
        }
        let answering = timeout(self.config.limits.request_timeout, async {
            let place = self.places.acquire().await;
            let answer = self.answer(&arrival, &voice, body).await;
            drop(place);
            answer
        });
        let answer = AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(|_| {
            log_panic(&request_id);
            Ok(Err(wire::internal_failure()))
        });
        match answer.unwrap_or_else(|_| Err(respond::overloaded())) {
            Ok(response) => response,
            Err(error) => arrival.refuse(&voice, &error),
        }
    }

    async fn answer(
        &self,
        arrival: &Arrival<'_>,
        voice: &Refusal,
        body: Body,
    ) -> Result<Response<Body>, ApiError> {
        self.check_head(arrival)?;
        let body = self.bodies.read(&arrival.head.headers, body, &self.config.limits).await;
        let body = body.map_err(respond::unread)?;
        let schemas = self.services.schemas();
        arrival.check_place(voice, schemas)?;
        let facts = Facts { body: &body, ..arrival.facts() };
        let route = wire::route(schemas, &facts).map_err(|refusal| refusal.error)?;
        let now = (self.clock)();
        if WITHOUT_SIGNATURE.contains(&route.operation.name) && arrival.hint.is_none() {
            return Err(wire::not_implemented(route.service.name, route.operation.name));
        }
        let authenticated = self.authenticate(arrival, &route, &body, now)?;
        let context = arrival.context(authenticated, now);
        let request = route.request(&facts, arrival.request_id);
        let answer = self.services.call(&context, &request).await;
        log(&context, &route, &answer);
        Ok(respond::respond(answer, arrival.request_id))
    }

    /// What is refused whatever it asks for.
    fn check_head(&self, arrival: &Arrival<'_>) -> Result<(), ApiError> {
        if arrival.head.headers.len() > self.config.limits.header_count_max {
            return Err(respond::too_many_headers());
        }
        if self.config.auth == AuthMode::Any && arrival.is_foreign() {
            return Err(respond::foreign());
        }
        Ok(())
    }

    /// Hands a request on before its body is read.
    async fn call_objects(
        &self,
        objects: &Arc<dyn Objects>,
        arrival: &Arrival<'_>,
        body: Body,
    ) -> Response<Body> {
        let sender = match self.config.auth {
            AuthMode::Verify => Sender::Unproven,
            AuthMode::Any => anyone(arrival.hint.as_ref(), &self.config.default_scope),
        };
        let answering = objects.call(ObjectsArrival {
            request: Request::from_parts(arrival.head.clone(), body),
            request_id: arrival.request_id.to_owned(),
            source_ip: arrival.peer.address.ip(),
            now: (self.clock)(),
            sender,
        });
        AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(|_| {
            log_panic(arrival.request_id);
            respond::refuse_as_s3(&wire::internal_failure(), arrival.request_id)
        })
    }

    fn authenticate(
        &self,
        arrival: &Arrival<'_>,
        route: &Route,
        body: &Bytes,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let headers = arrival.headers();
        let request = sigv4::Request {
            body_hash: BodyHash::of(body),
            ..signable(arrival.head, Headers(&headers))
        };
        let service = route.service.signing_name;
        let call = Call { request: &request, hint: arrival.hint.as_ref(), service, now };
        self.authenticator.authenticate(&call, &self.config).map_err(|error| {
            tracing::info!(request_id = arrival.request_id, service, ?error, "not authenticated");
            respond::unauthenticated(&error, route.protocol)
        })
    }

    /// In the form of a UUID, as AWS's are.
    fn request_id(&self) -> String {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let digits = rng.hex(32);
        drop(rng);
        let (first, second, third) = (&digits[..8], &digits[8..12], &digits[12..16]);
        format!("{first}-{second}-{third}-{}-{}", &digits[16..20], &digits[20..])
    }
}

/// A request's head, and what follows from it before the body is read.
struct Arrival<'a> {
    head: &'a Head,
    peer: Peer,
    request_id: &'a str,
    hint: Option<Hint>,
}

impl<'a> Arrival<'a> {
    fn of(head: &'a Head, peer: Peer, request_id: &'a str) -> Arrival<'a> {
        let mut arrival = Arrival { head, peer, request_id, hint: None };
        let headers = arrival.headers();
        arrival.hint = Hint::read(&signable(head, Headers(&headers)));
        arrival
    }

    /// Every header, and `host` where HTTP/2 has an authority instead.
    fn headers(&self) -> Vec<(&'a str, &'a [u8])> {
        let all = self.head.headers.iter();
        let mut headers: Vec<(&str, &[u8])> =
            all.map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        if let (None, Some(authority)) = (self.head.headers.get(HOST), self.head.uri.authority()) {
            headers.push(("host", authority.as_str().as_bytes()));
        }
        headers
    }

    fn facts(&self) -> Facts<'_> {
        let text = |name: &str| self.head.headers.get(name)?.to_str().ok();
        let authority = self.head.uri.authority().map(http::uri::Authority::as_str);
        Facts {
            target: text("x-amz-target"),
            smithy_protocol: text(SMITHY_PROTOCOL),
            content_type: text(CONTENT_TYPE.as_str()),
            host: text(HOST.as_str()).or(authority),
            scope_service: self.hint.as_ref().map(|hint| hint.service.as_str()),
            path: self.head.uri.path(),
            query: self.head.uri.query().unwrap_or_default(),
            body: &[],
        }
    }

    /// How to refuse this request, as far as its head tells.
    fn voice(&self, schemas: &'static [&'static wire::Service]) -> Refusal {
        match wire::route(schemas, &self.facts()) {
            Ok(Route { service, protocol, .. }) => {
                Refusal { protocol, service: Some(service), error: wire::internal_failure() }
            }
            Err(refusal) => *refusal,
        }
    }

    /// Every protocol that is spoken here lives at `/`, but for the one that names its
    /// operations by the path, which the router reads.
    fn check_place(&self, voice: &Refusal, schemas: &[&wire::Service]) -> Result<(), ApiError> {
        if let Some(Hint { service, .. }) = &self.hint
            && !schemas.iter().any(|schema| schema.signing_name == service)
        {
            return Err(respond::no_such_service(service));
        }
        let is_method = match voice.protocol {
            Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
                self.head.method == Method::POST
            }
            Protocol::Query | Protocol::Ec2 => {
                matches!(self.head.method, Method::POST | Method::GET)
            }
        };
        match voice.service {
            _ if is_method && (self.is_root() || self.is_rpc()) => Ok(()),
            Some(service) => Err(respond::no_such_place(service, voice.protocol)),
            None if self.is_s3() => Err(respond::no_such_service("s3")),
            None => Err(voice.error.clone()),
        }
    }

    fn is_root(&self) -> bool {
        matches!(self.head.uri.path(), "/" | "")
    }

    /// S3's requests: signed as such, or for lack of a signature any that name a
    /// path and no service.
    fn is_s3(&self) -> bool {
        self.hint.as_ref().map_or(!self.is_root(), |hint| hint.service == "s3")
            && !self.head.headers.contains_key("x-amz-target")
            && !self.is_rpc()
    }

    /// Whether it is S3's where S3 is served; a bucket's own name has no path but `/`.
    fn is_for(&self, objects: &dyn Objects, voice: &Refusal) -> bool {
        let is_signed = self.hint.as_ref().is_some_and(|hint| hint.service == "s3");
        let host = self.facts().host.unwrap_or_default();
        let is_open = self.hint.is_none() && voice.service.is_none();
        let is_bare = !self.head.headers.contains_key("x-amz-target") && !self.is_rpc();
        is_bare && (is_signed || is_open && (!self.is_root() || objects.is_bucket(host)))
    }

    /// Whether the operation is in the path.
    fn is_rpc(&self) -> bool {
        self.head.headers.contains_key(SMITHY_PROTOCOL)
    }

    fn is_foreign(&self) -> bool {
        let authority = self.head.uri.authority().map(http::uri::Authority::as_str);
        browser::is_foreign(&self.head.headers, authority)
    }

    fn refuse(&self, voice: &Refusal, error: &ApiError) -> Response<Body> {
        match voice.service {
            None if self.is_s3() => respond::refuse_as_s3(error, self.request_id),
            None if !self.is_root() && !self.is_rpc() => {
                respond::refuse_as_rest(error, self.request_id)
            }
            Some(_) | None => respond::refuse(voice, error, self.request_id),
        }
    }

    fn context(&self, authenticated: Authenticated, now: Timestamp) -> RequestContext {
        let user_agent = self.head.headers.get(USER_AGENT).and_then(|it| it.to_str().ok());
        RequestContext {
            scope: authenticated.scope,
            principal: authenticated.principal,
            access_key_id: authenticated.access_key_id,
            user_agent: user_agent.map(str::to_owned),
            request_id: self.request_id.to_owned(),
            source_ip: self.peer.address.ip(),
            now,
        }
    }
}

fn signable<'a>(head: &'a Head, headers: Headers<'a>) -> sigv4::Request<'a> {
    sigv4::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers,
        body_hash: BodyHash::of(&[]),
    }
}

/// The body and the panic's text may hold secrets; neither is logged.
fn log_panic(request_id: &str) {
    tracing::error!(request_id, "an operation panicked");
}

fn log(context: &RequestContext, route: &Route, answer: &wire::Response) {
    tracing::debug!(
        request_id = context.request_id,
        principal = context.principal.arn(),
        region = context.scope.region,
        service = route.service.name,
        operation = route.operation.name,
        status = answer.status,
        error = answer.error_code,
        "answered"
    );
}
