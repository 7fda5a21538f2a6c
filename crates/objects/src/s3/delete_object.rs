//! `DeleteObject`, and what `DeleteObjects` shares with it.

use std::sync::Arc;

use s3s::dto::{DeleteObjectInput, DeleteObjectOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;
use crate::conditions::Writing;
use crate::object_rows::Object;

pub(super) async fn delete_object(
    server: &Server,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let writing = Writing { if_match: request.input.if_match, if_none_match: None };
    delete(server, visit.bucket()?, vec![(request.input.key, writing)]).await?.remove(0)?;
    Ok(S3Response::new(DeleteObjectOutput::default()))
}

/// Deletes each key whose condition holds, and says how each went. What is not there is deleted.
pub(super) async fn delete(
    server: &Server,
    bucket: &Bucket,
    keys: Vec<(String, Writing)>,
) -> S3Result<Vec<S3Result<()>>> {
    let (bucket, blobs) = (bucket.clone(), Arc::clone(&server.blobs));
    let change = move |connection: &rusqlite::Connection| {
        bucket.check_stands(connection)?;
        let mut done = Vec::new();
        for (key, writing) in keys {
            let current = Object::find(connection, &bucket.name, &key)?;
            let checked = writing.check(current.as_ref());
            if checked.is_ok() {
                Object::delete(connection, &bucket.name, &key)?;
            }
            done.push(checked.map(|()| current));
        }
        Ok(done)
    };
    let then = move |done: &Vec<S3Result<Option<Object>>>| {
        for old in done.iter().flatten().flatten() {
            blobs.remove_object(old);
        }
    };
    let done = server.index.write(change, then).await?;
    Ok(done.into_iter().map(|one| one.map(|_| ())).collect())
}
