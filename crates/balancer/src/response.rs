//! A target's answer made ready for the client.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CONNECTION, TRANSFER_ENCODING, UPGRADE},
};
use hyper::{
    body::{Body as _, Incoming},
    upgrade::OnUpgrade,
};

use crate::{
    body::{Progress, Proxied, ResponseBody, release},
    client::OpenRequest,
    pages::{self, Page},
    proxy::Route,
    send::Sent,
    stall::Stall,
    tunnel::{self, Tunnel},
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// An answer of the load balancer's own.
pub(crate) fn own(page: Page, open: OpenRequest) -> Response<ResponseBody> {
    if let Some(counters) = &open.counters {
        counters.answered_itself(page.status());
    }
    page.map(|bytes| ResponseBody::own(bytes, Some(open)))
}

/// A target's answer, passed on.
pub(crate) fn pass_on(
    open: OpenRequest,
    route: Route,
    sent: Sent,
    upload: Option<&Arc<Progress>>,
) -> Response<ResponseBody> {
    let Sent { response, wire } = sent;
    let (mut parts, incoming) = response.into_parts();
    let shared = &open.client.shared;
    route.counters.target_answered(parts.status);
    strip(&mut parts.headers);
    route.cookies.set(shared, &mut parts.headers);
    if route.must_close {
        parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let is_uploading = upload.is_some_and(|progress| !progress.is_done());
    let wire = if is_uploading {
        wire.detach(shared);
        None
    } else {
        Some(wire)
    };
    if incoming.is_end_stream() {
        if let Some(wire) = wire.filter(|_| !route.must_close) {
            release(wire, &route.held, shared);
        }
        return Response::from_parts(parts, ResponseBody::own(bytes::Bytes::new(), Some(open)));
    }
    let proxied = Proxied {
        incoming,
        wire,
        idle: route.idle,
        held: Some(route.held),
        stall: Stall::new(&open.client),
        must_close: route.must_close,
    };
    Response::from_parts(parts, ResponseBody::proxied(proxied, open))
}

/// `101 Switching Protocols`: from here on the connections are one tunnel.
pub(crate) fn switch(
    open: OpenRequest,
    route: Route,
    sent: Sent,
    client_side: Option<OnUpgrade>,
) -> Response<ResponseBody> {
    let Sent { mut response, wire } = sent;
    let Some(client_side) = client_side else {
        // Nobody asked for it.
        return own(pages::status(StatusCode::BAD_GATEWAY), open);
    };
    route.counters.target_answered(response.status());
    let target_side = hyper::upgrade::on(&mut response);
    let (mut parts, _): (_, Incoming) = response.into_parts();
    let protocol = parts.headers.get(UPGRADE).cloned();
    strip(&mut parts.headers);
    if let Some(protocol) = protocol {
        parts.headers.insert(UPGRADE, protocol);
    }
    parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    tunnel::start(Tunnel {
        open,
        held: route.held,
        idle: route.idle,
        wire,
        client_side,
        target_side,
    });
    Response::from_parts(parts, ResponseBody::own(bytes::Bytes::new(), None))
}

fn strip(headers: &mut HeaderMap) {
    if let Some(connection) = headers.remove(CONNECTION)
        && let Ok(tokens) = connection.to_str()
    {
        for token in tokens.split(',') {
            headers.remove(token.trim());
        }
    }
    for name in [KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
}
