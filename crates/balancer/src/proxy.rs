//! A request from its head to its answer: listener, screen, rules, target, answer.
//!
//! Everything up to the target is decided in one synchronous step on one table. If the chosen
//! target was retired in that very instant, the step is done again on the table that retired it.

use std::{net::IpAddr, sync::Arc, time::Duration};

use http::{
    HeaderMap, Method, Request, Response, StatusCode, Version,
    header::{EXPECT, HOST},
    request::Parts,
};
use hyper::{body::Incoming, upgrade::OnUpgrade};
use routing::{
    Decision, Forward, Headers, NoListener, RequestFacts, RoutedListener, RoutedLoadBalancer,
};

use crate::{
    body::{Progress, RequestBody, ResponseBody},
    client::{Client, OpenRequest, Protocol},
    forwarding,
    limits::REROUTES_MAX,
    live::{Choice, Live},
    metrics::Counters,
    pages::{self, Page},
    response,
    screen::{Verdict, screen},
    send::Sender,
    sticky::{StickyCookies, sticky_group, sticky_target},
    target::InFlight,
};

/// Where a request goes.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) load_balancer: Arc<RoutedLoadBalancer>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) held: InFlight,
    pub(crate) cookies: StickyCookies,
    pub(crate) idle: Duration,
    pub(crate) must_close: bool,
}

/// A request ready to be sent, and what it leaves behind.
struct Ready {
    /// Boxed, because the futures it passes through are moved about.
    request: Box<Request<RequestBody>>,
    upload: Option<Arc<Progress>>,
    upgrade: Option<OnUpgrade>,
}

enum Plan {
    Answer(Page),
    Forward(Route),
    /// The table was replaced meanwhile.
    Again,
}

/// Answers one request.
pub(crate) async fn serve(
    client: Arc<Client>,
    request: Request<Incoming>,
) -> Response<ResponseBody> {
    let mut open = OpenRequest::new(client);
    let (route, ready) = match prepare(&mut open, request) {
        Ok(prepared) => prepared,
        Err(page) => return response::own(*page, open),
    };
    let Ready { request, upload, upgrade } = ready;
    let sender = Sender {
        client: &open.client,
        target: route.held.target(),
        counters: &route.counters,
        idle: route.idle,
        upload: upload.as_ref(),
    };
    match sender.send(request).await {
        Err(failure) => response::own(pages::status(failure.status()), open),
        Ok(sent) if sent.response.status() == StatusCode::SWITCHING_PROTOCOLS => {
            response::switch(open, route, sent, upgrade)
        }
        Ok(sent) => response::pass_on(open, route, sent, upload.as_ref()),
    }
}

/// Everything before the target: a route and the request rewritten for it, or the answer.
fn prepare(
    open: &mut OpenRequest,
    request: Request<Incoming>,
) -> Result<(Route, Ready), Box<Page>> {
    let (mut parts, incoming) = request.into_parts();
    let route = choose(open, &parts)?;
    let upgrade = forwarding::take_upgrade(&mut parts);
    forwarding::rewrite(&mut parts, &open.client, &route.load_balancer, upgrade.as_ref());
    let (body, upload) = RequestBody::new(incoming, &open.client.shared.ticks);
    let request = Box::new(Request::from_parts(parts, body));
    Ok((route, Ready { request, upload, upgrade }))
}

fn choose(open: &mut OpenRequest, parts: &Parts) -> Result<Route, Box<Page>> {
    for _ in 0..REROUTES_MAX {
        match plan(open, parts) {
            Plan::Answer(page) => return Err(Box::new(page)),
            Plan::Forward(route) => return Ok(route),
            Plan::Again => {}
        }
    }
    Err(Box::new(pages::status(StatusCode::SERVICE_UNAVAILABLE)))
}

fn plan(open: &mut OpenRequest, parts: &Parts) -> Plan {
    let refused = || Plan::Answer(pages::status(StatusCode::BAD_REQUEST));
    let client = Arc::clone(&open.client);
    let live = client.shared.live.load();
    let Some(host) = host(parts) else { return refused() };
    let listener = match live.table.listener(client.arrived_at, host) {
        Ok(listener) => listener,
        Err(NoListener::Gone) => {
            return Plan::Answer(pages::status(StatusCode::SERVICE_UNAVAILABLE));
        }
        Err(NoListener::UnknownHost { known }) => {
            return Plan::Answer(pages::unknown_host(&known));
        }
    };
    let attributes = &listener.load_balancer.attributes;
    open.count(&live.counters[listener.load_balancer.index]);
    if client.protocol == Protocol::Http2 && !attributes.http2_enabled {
        return Plan::Answer(pages::status(StatusCode::HTTP_VERSION_NOT_SUPPORTED));
    }
    let verdict =
        screen(parts, attributes.desync_mitigation_mode, || client.framing(&parts.method));
    if verdict == Verdict::Refuse {
        return refused_and_closed();
    }
    if let Some(status) = not_offered(parts) {
        return Plan::Answer(pages::status(status));
    }
    let facts = RequestFacts {
        method: parts.method.as_str(),
        host,
        path: parts.uri.path(),
        query: parts.uri.query(),
        source: source(&client),
        headers: &MapHeaders(&parts.headers),
    };
    match listener.route(&facts) {
        Decision::FixedResponse(response) => Plan::Answer(pages::fixed(response)),
        Decision::Redirect { status_code, location } => {
            Plan::Answer(pages::redirect(status_code, &location))
        }
        Decision::Forward(forward) => {
            let must_close = verdict == Verdict::PassAndClose;
            route(&client, &live, (listener, forward), &parts.headers, must_close)
        }
    }
}

fn refused_and_closed() -> Plan {
    let mut page = pages::status(StatusCode::BAD_REQUEST);
    let close = http::HeaderValue::from_static("close");
    page.headers_mut().insert(http::header::CONNECTION, close);
    Plan::Answer(page)
}

fn route(
    client: &Client,
    live: &Arc<Live>,
    (listener, forward): (&RoutedListener, &Forward),
    headers: &HeaderMap,
    must_close: bool,
) -> Plan {
    let shared = &client.shared;
    let group_seconds = forward.stickiness_seconds();
    let group = group_seconds.and_then(|_| sticky_group(shared, headers));
    match live.choose(forward, group, |group| sticky_target(shared, headers, group)) {
        Choice::Retired => Plan::Again,
        Choice::None if !Arc::ptr_eq(live, &shared.live.load()) => Plan::Again,
        Choice::None => Plan::Answer(pages::status(StatusCode::SERVICE_UNAVAILABLE)),
        Choice::Chosen(group, held) => {
            let load_balancer = Arc::clone(&listener.load_balancer);
            let group = live.table.group(group);
            Plan::Forward(Route {
                counters: Arc::clone(&live.counters[load_balancer.index]),
                cookies: StickyCookies::new(group, group_seconds, held.target().fingerprint),
                idle: Duration::from_secs(load_balancer.attributes.idle_timeout_seconds.into()),
                load_balancer,
                held,
                must_close,
            })
        }
    }
}

/// The host a request names, without its port; none if it cannot be read.
fn host(parts: &Parts) -> Option<&str> {
    let named = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => match parts.headers.get(HOST) {
            Some(host) => host.to_str().ok()?,
            None => "",
        },
    };
    Some(forwarding::host_name(named))
}

/// What no load balancer of this kind does.
///
/// COMPAT: TRACE is answered 405; CONNECT would make it an open proxy.
fn not_offered(parts: &Parts) -> Option<StatusCode> {
    let expects_other = parts
        .headers
        .get(EXPECT)
        .is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    match parts.method {
        Method::TRACE => Some(StatusCode::METHOD_NOT_ALLOWED),
        Method::CONNECT => Some(StatusCode::BAD_REQUEST),
        _ if expects_other && parts.version != Version::HTTP_10 => {
            Some(StatusCode::EXPECTATION_FAILED)
        }
        _ => None,
    }
}

fn source(client: &Client) -> IpAddr {
    client.peer.ip().to_canonical()
}

struct MapHeaders<'h>(&'h HeaderMap);

impl Headers for MapHeaders<'_> {
    fn any(&self, name: &str, test: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.get_all(name).iter().any(|value| test(value.as_bytes()))
    }
}
