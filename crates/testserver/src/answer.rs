//! What the test server answers, path by path.
//!
//! | path | answer |
//! |---|---|
//! | `/` and all others | JSON: version, hostname, address, peer, method, path, headers |
//! | `/health` | 200 or 503; `POST /health?state=good` or `bad` sets which |
//! | `/env`, `/whoami` | JSON: the environment; uid, gid, groups, working directory, arguments |
//! | `/status?code=N` | status N |
//! | `/slow?ms=N` | the usual answer after N milliseconds |
//! | `/bytes?count=N` | N bytes |
//! | `/stream?chunks=N&ms=M` | N lines, M milliseconds apart, chunked |
//! | `/echo` | the request's body, as it comes |
//! | `/upgrade` | 101 with the protocol asked for, then every byte back |
//! | `/log?text=T&to=stderr` | writes the line T |
//! | `/eat-memory?mib=N` | takes and keeps N MiB |
//! | `/crash?code=N` | exits at once |

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use crate::{Shared, say};

type Body = UnsyncBoxBody<Bytes, hyper::Error>;
type Answer = Response<Body>;

/// LIMIT: bytes in one answer of `/bytes`.
const BYTES_MAX: usize = 64 << 20;

/// The two ends of the connection that a request came by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) local: SocketAddr,
    pub(crate) peer: SocketAddr,
}

pub(crate) async fn answer(
    shared: Arc<Shared>,
    ends: Ends,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let query = Query(request.uri().query().unwrap_or_default().to_owned());
    let answer = match request.uri().path() {
        "/health" => health(&shared, request.method(), &query),
        "/env" => text(StatusCode::OK, &environment()),
        "/whoami" => text(StatusCode::OK, &whoami()),
        "/status" => status(&query),
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(query.number("ms"))).await;
            identity(&shared, ends, &request)
        }
        "/bytes" => {
            let count = usize::try_from(query.number("count")).unwrap_or(BYTES_MAX);
            Response::new(full(Bytes::from(vec![b'x'; count.min(BYTES_MAX)])))
        }
        "/stream" => streamed(&query),
        "/echo" => Response::new(request.into_body().boxed_unsync()),
        "/upgrade" => upgrade(&shared, request),
        "/log" => log(&query),
        "/eat-memory" => eat_memory(query.number("mib")),
        "/crash" => std::process::exit(i32::try_from(query.number("code")).unwrap_or(1)),
        _ => identity(&shared, ends, &request),
    };
    Ok(answer)
}

fn health(shared: &Shared, method: &Method, query: &Query) -> Answer {
    if method == Method::POST {
        shared.healthy.store(query.text("state") == "good", Ordering::Relaxed);
        return text(StatusCode::OK, &json!({ "healthy": shared.is_healthy() }));
    }
    let status = if shared.is_healthy() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    text(status, &json!({ "healthy": shared.is_healthy() }))
}

fn identity<B>(shared: &Shared, ends: Ends, request: &Request<B>) -> Answer {
    let told = json!({
        "version": shared.version,
        "hostname": shared.hostname,
        "address": ends.local.ip().to_string(),
        "port": ends.local.port(),
        "peer": ends.peer.ip().to_string(),
        "method": request.method().as_str(),
        "path": request.uri().path_and_query().map(ToString::to_string),
        "headers": headers(request.headers()),
    });
    text(StatusCode::OK, &told)
}

/// Names to lists of values, in the order they came: repeated headers stay visible.
fn headers(headers: &HeaderMap) -> Value {
    let mut told = serde_json::Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        told.insert(name.to_string(), values);
    }
    Value::Object(told)
}

fn environment() -> Value {
    let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (lossy(name), Value::from(lossy(value)))).collect()
}

fn whoami() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().replace('\t', " "))
    };
    json!({
        "uid": field("Uid"),
        "gid": field("Gid"),
        "groups": field("Groups"),
        "capabilities": field("CapEff"),
        "seccomp": field("Seccomp"),
        "no_new_privileges": field("NoNewPrivs"),
        "pid": std::process::id(),
        "working_directory": std::env::current_dir().ok(),
        "arguments": std::env::args().collect::<Vec<_>>(),
    })
}

fn status(query: &Query) -> Answer {
    let code = u16::try_from(query.number("code")).unwrap_or(500);
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    text(status, &json!({ "status": status.as_u16() }))
}

fn streamed(query: &Query) -> Answer {
    let pause = Duration::from_millis(query.number("ms"));
    let chunks = stream::iter(0..query.number("chunks")).then(move |index| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, hyper::Error>(Frame::data(Bytes::from(format!("chunk {index}\n"))))
    });
    Response::new(StreamBody::new(chunks).boxed_unsync())
}

fn upgrade(shared: &Shared, request: Request<Incoming>) -> Answer {
    let Some(protocol) = request.headers().get(UPGRADE).cloned() else {
        return text(StatusCode::UPGRADE_REQUIRED, &json!({ "missing": "upgrade" }));
    };
    shared.upgrades.spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let (mut reader, mut writer) = tokio::io::split(TokioIo::new(upgraded));
            // The client leaving is how this ends.
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
        }
    });
    let mut answer = Response::new(full(Bytes::new()));
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    answer.headers_mut().insert(UPGRADE, protocol);
    answer.headers_mut().insert(CONNECTION, http::HeaderValue::from_static("upgrade"));
    answer
}

fn log(query: &Query) -> Answer {
    let line = query.text("text");
    if query.text("to") == "stderr" {
        use std::io::Write;
        // Nobody reading is no reason to stop serving.
        let _ = writeln!(std::io::stderr(), "{line}");
    } else {
        say(&line);
    }
    text(StatusCode::OK, &json!({ "logged": line }))
}

fn eat_memory(mib: u64) -> Answer {
    let size = usize::try_from(mib << 20).unwrap_or(usize::MAX);
    // Written to, so that the kernel has to give the pages, and never given back.
    let kept = vec![1_u8; size].leak();
    text(StatusCode::OK, &json!({ "kept": kept.len() }))
}

fn text(status: StatusCode, value: &Value) -> Answer {
    let mut answer = Response::new(full(Bytes::from(format!("{value}\n"))));
    *answer.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// The query string; values are decoded (`+` and `%xx`).
struct Query(String);

impl Query {
    fn text(&self, name: &str) -> String {
        let pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.into_iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        decoded(value)
    }

    /// Zero where the parameter is missing or not a number.
    fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            (other, _) => {
                bytes.push(*other);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_by_name_and_decoded() {
        let query = Query("ms=250&text=a+b%21%zz&empty=".to_owned());
        assert_eq!(query.number("ms"), 250);
        assert_eq!(query.text("text"), "a b!%zz");
        assert_eq!(query.text("empty"), "");
        assert_eq!(query.number("missing"), 0);
    }

    #[test]
    fn a_repeated_header_is_told_in_full() {
        let mut map = HeaderMap::new();
        map.append("x-a", http::HeaderValue::from_static("1"));
        map.append("x-a", http::HeaderValue::from_static("2"));
        assert_eq!(headers(&map), json!({ "x-a": ["1", "2"] }));
    }
}
