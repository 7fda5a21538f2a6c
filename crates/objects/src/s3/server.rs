//! What all operations share.

use std::sync::Arc;

use futures_util::StreamExt;
use http::{Extensions, HeaderMap};
use s3s::dto::StreamingBlob;
use s3s::{S3Result, StdError, TrailingHeaders, s3_error};

use crate::blobs::Blobs;
use crate::bucket_rows::Bucket;
use crate::checksum::{Algorithm, Stated, read_md5};
use crate::chunked::Trailers;
use crate::conditions::Writing;
use crate::fault;
use crate::gate::Gate;
use crate::incoming::{Expected, Written, write};
use crate::index::Index;
use crate::limits::PUT_BYTES_MAX;
use crate::object_rows::Object;
use crate::outgoing::{self, Held};

pub(crate) struct Server {
    pub(crate) index: Arc<Index>,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) gate: Arc<dyn Gate>,
}

/// What comes with a body.
pub(super) struct Upload {
    pub(super) body: Option<StreamingBlob>,
    pub(super) length: Option<i64>,
    pub(super) md5: Option<String>,
}

/// What a request says around its body.
pub(super) struct Around<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) extensions: &'a Extensions,
    pub(super) trailers: Option<TrailingHeaders>,
}

impl Server {
    /// Takes a request's body in, and computes what is wanted of it or what it states.
    pub(super) async fn take(
        &self,
        upload: Upload,
        around: Around<'_>,
        wanted: impl FnOnce(&Stated) -> Vec<Algorithm>,
    ) -> S3Result<Written> {
        let stated = Stated::read(around.headers)?;
        let length = upload.length.and_then(|length| u64::try_from(length).ok());
        let length = length.ok_or_else(|| {
            s3_error!(MissingContentLength, "You must provide the Content-Length HTTP header.")
        })?;
        if length > PUT_BYTES_MAX {
            return Err(fault::too_large());
        }
        let own = around.extensions.get::<Trailers>().cloned();
        let theirs = around.trailers;
        let trailers =
            move || theirs.and_then(|one| one.take()).or_else(|| own.and_then(|one| one.take()));
        let expected = Expected {
            md5: read_md5(upload.md5.as_deref())?,
            wanted: wanted(&stated),
            stated,
            trailers: Box::new(trailers),
            length: Some(length),
        };
        let Some(body) = upload.body else {
            let nothing = futures_util::stream::empty::<Result<_, StdError>>();
            return write(&self.blobs, nothing, expected).await;
        };
        write(&self.blobs, body, expected).await
    }

    /// Puts an object, whose bytes are written, in the place of whatever has its key.
    pub(super) async fn put(
        &self,
        bucket: &Bucket,
        object: Object,
        (written, writing): (Written, Writing),
    ) -> S3Result<()> {
        let (bucket, blobs) = (bucket.clone(), Arc::clone(&self.blobs));
        let change = move |connection: &rusqlite::Connection| {
            bucket.check_stands(connection)?;
            let current = Object::find(connection, &bucket.name, &object.key)?;
            writing.check(current.as_ref())?;
            object.put(connection, &bucket.name)?;
            written.keep();
            Ok(current)
        };
        let then = move |old: &Option<Object>| old.iter().for_each(|one| blobs.remove_object(one));
        self.index.write(change, then).await?;
        Ok(())
    }

    pub(super) async fn find(&self, bucket: &str, key: &str) -> S3Result<Option<Held>> {
        outgoing::find((&self.index, &self.blobs), (bucket, key)).await
    }

    /// Copies a range of an object's bytes, as if they had been sent.
    pub(super) async fn copy(
        &self,
        held: Held,
        range: std::ops::Range<u64>,
        wanted: Vec<Algorithm>,
    ) -> S3Result<Written> {
        let stream = outgoing::read(&self.blobs, held, range);
        let stream = Box::pin(stream.map(|block| block.map_err(StdError::from)));
        write(&self.blobs, stream, Expected::nothing(wanted)).await
    }
}
