//! One request for S3 from its head to its answer.
//!
//! The steps are in [`Inner::answer`]: a place, the head, who signed it, the body's framing, then
//! `s3s`, which asks `access` and calls `s3`; at last the answer's completion.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use edge::{Objects, ObjectsArrival, Sender};
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::request::Parts as Head;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body::Frame;
use http_body_util::StreamBody;
use model::{Rng, Timestamp};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{HttpRequest, HttpResponse, S3Result, s3_error};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::access::{Access, parameters};
use crate::answer;
use crate::arrival::{Arrival, Claimed};
use crate::blobs::Blobs;
use crate::body::{Placed, Shared};
use crate::chunked::{Trailers, decode};
use crate::document;
use crate::fault;
use crate::gate::Gate;
use crate::host::{self, Hosts};
use crate::index::{Failure, Index};
use crate::limits::{DOCUMENT_BYTES_MAX, DOCUMENTS_MAX, Limits};
use crate::object_rows::Object;
use crate::s3::Server;
use crate::signature::{self, Found, Secrets};
use crate::upload_rows::Part;

/// Buckets and objects, ready to be asked for.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds the way to secrets")]
pub struct ObjectStore {
    inner: Arc<Inner>,
}

/// What the store is made of.
#[expect(missing_debug_implementations, reason = "it holds the way to secrets")]
pub struct ObjectStoreParts {
    /// Where everything lies; it is made, and is for its owner alone.
    pub directory: PathBuf,
    pub gate: Arc<dyn Gate>,
    /// For names of files and ids of uploads.
    pub rng: Rng,
    pub limits: Limits,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another process has the objects")]
    Locked,
    #[error("the objects have schema {found}, made by a newer version; this one knows {known}")]
    Newer { found: i64, known: i64 },
    #[error("the objects' files cannot be used")]
    Files(#[from] std::io::Error),
    #[error("the objects' index cannot be used")]
    Index(#[from] rusqlite::Error),
    #[error("the objects' index cannot be read")]
    Unreadable,
}

/// Why is in the log.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the objects could not be deleted")]
pub struct ClearError;

pub(crate) struct Inner {
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) index: Arc<Index>,
    pub(crate) blobs: Arc<Blobs>,
    service: S3Service,
    pub(crate) places: Arc<Semaphore>,
    documents: Semaphore,
    pub(crate) limits: Limits,
}

impl ObjectStore {
    pub fn open(parts: ObjectStoreParts) -> Result<ObjectStore, OpenError> {
        let ObjectStoreParts { directory, gate, mut rng, limits } = parts;
        let index = Arc::new(Index::open(&directory)?);
        let known = index.at_start(|connection| {
            let mut known: BTreeSet<String> = Object::blobs(connection)?.into_iter().collect();
            known.extend(Part::blobs(connection)?);
            Ok(known)
        });
        let known = known.map_err(|failure| match failure {
            Failure::Database(error) => OpenError::Index(error),
            Failure::Told(_) | Failure::Text(_) => OpenError::Unreadable,
        })?;
        let own_rng = Rng::seeded(rng.next_u64());
        let blobs = Blobs::open(directory.join("blobs"), own_rng, &known)?;
        let server = Server {
            index: Arc::clone(&index),
            blobs: Arc::clone(&blobs),
            gate: Arc::clone(&gate),
        };
        let mut builder = S3ServiceBuilder::new(server);
        let mut config = S3Config::default();
        config.xml_max_body_size = DOCUMENT_BYTES_MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        builder.set_host(Hosts);
        builder.set_auth(Secrets);
        builder.set_access(Access { gate: Arc::clone(&gate), index: Arc::clone(&index) });
        let (service, places) = (builder.build(), Arc::new(Semaphore::new(limits.requests_max)));
        let documents = Semaphore::new(DOCUMENTS_MAX);
        let inner = Inner { gate, index, blobs, service, places, documents, limits };
        Ok(ObjectStore { inner: Arc::new(inner) })
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Deletes everything of everybody.
    pub async fn clear(&self) -> Result<(), ClearError> {
        let blobs = Arc::clone(&self.inner.blobs);
        let clear = |connection: &rusqlite::Connection| {
            let objects = Object::delete_all(connection)?;
            let parts = Part::blobs(connection)?;
            let tables = "DELETE FROM parts; DELETE FROM uploads; DELETE FROM buckets";
            connection.execute_batch(tables)?;
            Ok((objects, parts))
        };
        let then = move |(objects, parts): &(Vec<Object>, Vec<String>)| {
            for object in objects {
                blobs.remove_object(object);
            }
            for blob in parts {
                blobs.remove(blob);
            }
        };
        self.inner.index.write(clear, then).await.map(|_| ()).map_err(|_| ClearError)
    }
}

impl Objects for ObjectStore {
    fn is_bucket(&self, host: &str) -> bool {
        host::bucket(host).is_some()
    }

    fn call(&self, arrival: ObjectsArrival) -> BoxFuture<'static, Response<Body>> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move { inner.answer(arrival).await })
    }
}

impl Inner {
    async fn answer(&self, arrival: ObjectsArrival) -> Response<Body> {
        let ObjectsArrival { request, request_id, source_ip, now, sender } = arrival;
        let (mut head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        let is_waiting = head.headers.contains_key(EXPECT);
        let body = Shared::new(body);
        let place = Arc::clone(&self.places).acquire_owned();
        let waiting = timeout(self.limits.place_wait_max, place).await;
        let Ok(Ok(place)) = waiting else {
            let error = s3_error!(SlowDown, "Please reduce your request rate.");
            let refused = answer::finish(answer::refuse(error), &path, &request_id).await;
            return refused.map(Body::new);
        };
        let answered = match self.receive(&mut head, &sender, now) {
            Ok(found) => {
                let claimed = found.claimed.clone();
                head.extensions.insert(Arrival { sender: claimed, source_ip, now });
                self.serve(head, body.clone(), found).await
            }
            Err(error) => Err(error),
        };
        let response = answered.unwrap_or_else(answer::refuse);
        let response = answer::finish(response, &path, &request_id).await;
        if response.status().is_client_error() && !is_waiting {
            body.drain().await;
        }
        tracing::debug!(request_id, path, status = response.status().as_u16(), "answered");
        response.map(|body| Body::new(Placed { body, _place: place }))
    }

    /// Makes of the head what `s3s` is to see, and finds who sent it.
    fn receive(&self, head: &mut Head, sender: &Sender, now: Timestamp) -> S3Result<Found> {
        // COMPAT: forms of web pages are a protocol of their own, which `s3s` would read whole.
        let is_form = |value: &HeaderValue| {
            let text = value.to_str().unwrap_or_default().trim_start().to_ascii_lowercase();
            text.starts_with("multipart/")
        };
        if head.method == Method::POST && head.headers.get_all(CONTENT_TYPE).iter().any(is_form) {
            return Err(fault::not_implemented("PostObject"));
        }
        let found = match sender {
            Sender::Unproven => signature::find(&*self.gate, head, now)?,
            Sender::Anyone { identity, region } => {
                head.headers.remove(AUTHORIZATION);
                head.headers.remove(TOKEN);
                head.uri = without_signature(&head.uri)?;
                Found::anyone(identity.clone(), region.clone())
            }
        };
        make_headers(head)?;
        for name in [AUTHORIZATION, TOKEN] {
            if let Some(value) = head.headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        Ok(found)
    }

    async fn serve(
        &self,
        mut head: Head,
        mut body: Shared,
        found: Found,
    ) -> S3Result<HttpResponse> {
        let is_framed = is_framed(&head.headers);
        let mut document_place = None;
        let is_ours = !matches!(found.claimed, Claimed::Signer { .. });
        let body = if is_framed && is_ours {
            let trailers = Trailers::default();
            head.extensions.insert(trailers.clone());
            let length = head.headers.remove("x-amz-decoded-content-length");
            let length = length.ok_or_else(|| {
                s3_error!(MissingContentLength, "You must provide x-amz-decoded-content-length.")
            })?;
            head.headers.insert(CONTENT_LENGTH, length);
            let frames = decode(Body::new(body), trailers).map_ok(Frame::data);
            s3s::Body::http_body_unsync(StreamBody::new(frames))
        } else if let Some(document) = document::of(&head) {
            if is_framed {
                return Err(fault::not_implemented("aws-chunked"));
            }
            document_place = self.documents.acquire().await.ok();
            let bytes = body.read().await?;
            document.check(&head.headers, &bytes)?;
            s3s::Body::from(bytes)
        } else {
            s3s::Body::http_body_unsync(body)
        };
        let request: HttpRequest = Request::from_parts(head, body);
        let called = found.during(self.service.call(request)).await;
        drop(document_place);
        called.map_err(|error| fault::internal(&s3s::StdError::from(error)))
    }
}

const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Parameters of a signature in the query, of any version.
const SIGNATURE_PARAMETERS: [&str; 10] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "AWSAccessKeyId",
    "Expires",
    "Signature",
];

fn without_signature(uri: &Uri) -> S3Result<Uri> {
    let kept = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && !SIGNATURE_PARAMETERS.contains(&name)
    });
    let kept: Vec<&str> = kept.collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    let text = format!("{}{mark}{}", uri.path(), kept.join("&"));
    let mut parts = uri.clone().into_parts();
    let invalid = |_| s3_error!(InvalidURI, "Couldn't parse the specified URI.");
    parts.path_and_query = Some(text.parse::<PathAndQuery>().map_err(invalid)?);
    Uri::from_parts(parts).map_err(|_| s3_error!(InvalidURI, "Couldn't parse the specified URI."))
}

/// COMPAT: in presigned queries some SDKs send headers as parameters, which are as good as headers.
fn make_headers(head: &mut Head) -> S3Result<()> {
    for (name, value) in parameters(&head.uri) {
        let header = name.to_ascii_lowercase();
        if !header.starts_with("x-amz-") || SIGNATURE_PARAMETERS.contains(&name.as_str()) {
            continue;
        }
        let invalid = || fault::invalid_argument(format!("`{name}` is no header"));
        let header: HeaderName = header.parse().map_err(|_| invalid())?;
        let value: HeaderValue = value.parse().map_err(|_| invalid())?;
        if head.headers.get(&header).is_some_and(|given| *given != value) {
            return Err(fault::invalid_argument(format!("`{name}` is given twice")));
        }
        head.headers.insert(header, value);
    }
    Ok(())
}

fn is_framed(headers: &HeaderMap) -> bool {
    let stated = headers.get("x-amz-content-sha256");
    stated.is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_taken_off() {
        let check = |before: &str, after: &str| {
            let uri: Uri = before.parse().expect("a path");
            assert_eq!(without_signature(&uri).expect("a path").to_string(), after);
        };
        check("/b/k?X-Amz-Signature=1&versionId=a&X-Amz-Date=2", "/b/k?versionId=a");
        check("/b/k?X-Amz-Signature=1", "/b/k");
        check("/b/a%2Fb?list-type=2&prefix=", "/b/a%2Fb?list-type=2&prefix=");
        check("http://h/b?AWSAccessKeyId=a&Signature=b&Expires=1", "http://h/b");
    }

    #[test]
    fn headers_in_the_query_are_headers() {
        let head = |uri: &str| Request::get(uri).body(()).expect("a request").into_parts().0;
        let mut given = head("/b/k?x-amz-acl=public-read&X-Amz-Date=1&X-Amz-Meta-A=b%20c&x-id=1");
        make_headers(&mut given).expect("they are headers");
        assert_eq!(given.headers["x-amz-acl"], "public-read");
        assert_eq!(given.headers["x-amz-meta-a"], "b c");
        assert_eq!(given.headers.len(), 2);
    }
}
