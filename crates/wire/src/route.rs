//! Which service, operation and protocol a request is for, from what it carries.
//!
//! One port serves every service, and a service may be spoken to in several protocols; the
//! request tells which. `smithy-protocol` says that the path names service and operation;
//! `X-Amz-Target` names both; a form's `Action` names the operation, and its `Version`, the
//! signature's scope or the host the service.

use crate::check::abridged;
use crate::codec::rpc_v2_cbor::{CONTENT_TYPE, NAME};
use crate::codec::{codec, pairs};
use crate::error::ApiError;
use crate::request::{Request, Response};
use crate::schema::{Operation, Protocol, Service};

/// What the edge knows of a request before it is decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// `X-Amz-Target`.
    pub target: Option<&'a str>,
    /// `smithy-protocol`.
    pub smithy_protocol: Option<&'a str>,
    pub content_type: Option<&'a str>,
    /// `Host`, or the authority.
    pub host: Option<&'a str>,
    /// The service in the signature's credential scope.
    pub scope_service: Option<&'a str>,
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
}

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub service: &'static Service,
    pub operation: &'static Operation,
    pub protocol: Protocol,
}

/// A request that goes nowhere, and how to say so.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub protocol: Protocol,
    pub service: Option<&'static Service>,
    pub error: ApiError,
}

/// Finds the operation that the request names.
pub fn route(services: &[&'static Service], facts: &Facts<'_>) -> Result<Route, Box<Refusal>> {
    match (facts.smithy_protocol, facts.target) {
        (Some(name), _) => by_path(services, facts, name),
        (None, Some(target)) => by_target(services, facts, target),
        (None, None) => by_action(services, facts),
    }
}

impl Route {
    pub const fn request<'a>(&self, facts: &Facts<'a>, request_id: &'a str) -> Request<'a> {
        Request {
            service: self.service,
            operation: self.operation,
            protocol: self.protocol,
            query: facts.query,
            body: facts.body,
            request_id,
        }
    }
}

impl Refusal {
    pub fn response(&self, request_id: &str) -> Response {
        self.render(request_id, &self.error)
    }

    /// Another error in this request's protocol: a bad signature, for instance.
    pub fn render(&self, request_id: &str, error: &ApiError) -> Response {
        codec(self.protocol).refuse(self.service, request_id, error)
    }
}

/// `/service/{service}/operation/{operation}`, as rpc-v2-cbor has it.
fn by_path(
    services: &[&'static Service],
    facts: &Facts<'_>,
    name: &str,
) -> Result<Route, Box<Refusal>> {
    let protocol = Protocol::RpcV2Cbor;
    let refuse = |service, error| Err(Box::new(Refusal { protocol, service, error }));
    let unknown = |message| ApiError::client(protocol.unknown_operation(), message);
    if name != NAME {
        return refuse(
            None,
            unknown(format!("no service here speaks `{}`", abridged(name.into()))),
        );
    }
    let named = facts.path.strip_prefix("/service/");
    let Some((prefix, name)) = named.and_then(|rest| rest.split_once("/operation/")) else {
        let message = "the path is not /service/{service}/operation/{operation}".to_owned();
        return refuse(None, unknown(message));
    };
    let speaks = |it: &&'static Service| it.target_prefix == prefix && it.speaks(protocol);
    let Some(service) = services.iter().copied().find(speaks) else {
        let prefix = abridged(prefix.to_owned());
        return refuse(None, unknown(format!("no service here is called `{prefix}` in {NAME}")));
    };
    // The specification: a body comes with its type, and nothing but this one is taken.
    let media_type = facts.content_type.and_then(|it| it.split(';').next()).map(str::trim);
    if !facts.body.is_empty() && media_type != Some(CONTENT_TYPE) {
        let message = format!("the content type of a request's body is {CONTENT_TYPE}");
        let error = ApiError::client("UnsupportedMediaTypeException", message).status(415);
        return refuse(Some(service), error);
    }
    match service.operation(name) {
        Some(operation) => Ok(Route { service, operation, protocol }),
        None => refuse(Some(service), unknown_operation(service, protocol, name)),
    }
}

fn by_target(
    services: &[&'static Service],
    facts: &Facts<'_>,
    target: &str,
) -> Result<Route, Box<Refusal>> {
    let is_first = facts.content_type.is_some_and(|it| it.contains("x-amz-json-1.0"));
    let protocol = if is_first { Protocol::AwsJson10 } else { Protocol::AwsJson11 };
    let refuse = |service, error| Err(Box::new(Refusal { protocol, service, error }));
    let (prefix, name) = target.rsplit_once('.').unwrap_or(("", target));
    let Some(service) = services
        .iter()
        .copied()
        .find(|service| !service.target_prefix.is_empty() && service.target_prefix == prefix)
    else {
        let message = format!("no service here has the target `{target}`");
        return refuse(None, ApiError::client("UnknownOperationException", message));
    };
    match service.operation(name) {
        Some(operation) => Ok(Route { service, operation, protocol }),
        None => refuse(Some(service), unknown_operation(service, protocol, name)),
    }
}

fn by_action(services: &[&'static Service], facts: &Facts<'_>) -> Result<Route, Box<Refusal>> {
    let form = Form::of(facts);
    let service = form.service(services, facts);
    let protocol = service.map_or(Protocol::Query, formless);
    let refuse = |error| Err(Box::new(Refusal { protocol, service, error }));
    let Some(service) = service else { return refuse(unknown_service(facts)) };
    if !matches!(protocol, Protocol::Query | Protocol::Ec2) {
        let message = "the request has no X-Amz-Target".to_owned();
        return refuse(ApiError::client(protocol.unknown_operation(), message));
    }
    if std::str::from_utf8(facts.body).is_err() {
        let message = "the request body is not UTF-8".to_owned();
        return refuse(ApiError::client("MalformedQueryString", message));
    }
    let Some(name) = &form.action else {
        let message = "the request must contain the parameter Action".to_owned();
        return refuse(ApiError::client("MissingAction", message));
    };
    match service.operation(name) {
        Some(operation) if form.version.as_deref().is_none_or(|it| it == service.api_version) => {
            Ok(Route { service, operation, protocol })
        }
        _ => refuse(wrong_action(protocol, name, form.version.as_deref())),
    }
}

/// What a request without a header of its protocol's is taken for: a form where the service
/// takes forms, else the protocol whose header is missing.
fn formless(service: &Service) -> Protocol {
    let all = || service.protocols.iter().copied();
    let is_form = |it: &Protocol| matches!(it, Protocol::Query | Protocol::Ec2);
    let is_root = |it: &Protocol| !matches!(it, Protocol::RpcV2Cbor);
    all().find(is_form).or_else(|| all().find(is_root)).unwrap_or(service.protocol)
}

#[derive(Default)]
struct Form {
    action: Option<String>,
    version: Option<String>,
}

impl Form {
    fn of(facts: &Facts<'_>) -> Form {
        let body = std::str::from_utf8(facts.body).unwrap_or_default();
        let mut form = Form::default();
        for (name, value) in pairs(body).chain(pairs(facts.query)).flatten() {
            match &*name {
                "Action" if form.action.is_none() => form.action = Some(value.into_owned()),
                "Version" if form.version.is_none() => form.version = Some(value.into_owned()),
                _ => {}
            }
        }
        form
    }

    /// The signature's scope says it, then the version, then the host.
    fn service(
        &self,
        services: &[&'static Service],
        facts: &Facts<'_>,
    ) -> Option<&'static Service> {
        let version = self.version.as_deref().unwrap_or_default();
        let label = facts.host.unwrap_or_default().split('.').next().unwrap_or_default();
        let all = || services.iter().copied();
        match facts.scope_service {
            Some(scope) => {
                let of_scope = || all().filter(|service| service.signing_name == scope);
                of_scope().find(|it| it.api_version == version).or_else(|| of_scope().next())
            }
            None => all()
                .find(|service| !version.is_empty() && service.api_version == version)
                .or_else(|| all().find(|service| service.endpoint_prefix == label)),
        }
    }
}

fn unknown_service(facts: &Facts<'_>) -> ApiError {
    match facts.scope_service {
        Some(scope) => ApiError::server(
            "NotImplemented",
            format!("service `{scope}` is not implemented by Longshore"),
        )
        .status(501),
        None => ApiError::client(
            "MissingAuthenticationToken",
            "the request names no service: it has no signature, X-Amz-Target or Version",
        )
        .status(403),
    }
}

fn unknown_operation(service: &Service, protocol: Protocol, name: &str) -> ApiError {
    let message = format!("the operation `{name}` is not known to `{}`", service.name);
    ApiError::client(protocol.unknown_operation(), message)
}

fn wrong_action(protocol: Protocol, name: &str, version: Option<&str>) -> ApiError {
    // COMPAT: the sentences of query services and of EC2.
    let message = match protocol {
        Protocol::Ec2 => format!("The action {name} is not valid for this web service."),
        _ => format!(
            "Could not find operation {name} for version {}",
            version.unwrap_or("NO_VERSION_SPECIFIED")
        ),
    };
    ApiError::client(protocol.unknown_operation(), message)
}
