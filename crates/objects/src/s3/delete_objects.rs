//! `DeleteObjects`: each key is decided on by itself.

use s3s::dto::{
    Delete, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETagCondition, Error,
    ObjectIdentifier,
};
use s3s::{S3Error, S3Request, S3Response, S3Result};

use super::Server;
use super::delete_object::delete;
use crate::arrival::{Visit, object_arn};
use crate::conditions::Writing;
use crate::fault;
use crate::limits::DELETED_MAX;

pub(super) async fn delete_objects(
    server: &Server,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let Delete { objects, quiet } = request.input.delete;
    if objects.is_empty() || objects.len() > DELETED_MAX {
        return Err(fault::malformed_xml());
    }
    let mut errors = Vec::new();
    let mut keys = Vec::new();
    for one in objects {
        let (key, writing) = read(one)?;
        let resource = object_arn(&bucket.name, &key);
        match visit.authorize(bucket, ("s3:DeleteObject", &resource)) {
            Ok(()) => keys.push((key, writing)),
            Err(denied) => errors.push(told(key, &denied)),
        }
    }
    let names: Vec<String> = keys.iter().map(|(key, _)| key.clone()).collect();
    let mut deleted = Vec::new();
    for (key, done) in names.into_iter().zip(delete(server, bucket, keys).await?) {
        match done {
            Ok(()) if quiet == Some(true) => {}
            Ok(()) => deleted.push(DeletedObject { key: Some(key), ..DeletedObject::default() }),
            Err(error) => errors.push(told(key, &error)),
        }
    }
    let given = |is_any: bool| is_any.then_some(());
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: given(!deleted.is_empty()).map(|()| deleted),
        errors: given(!errors.is_empty()).map(|()| errors),
        request_charged: None,
    }))
}

fn read(one: ObjectIdentifier) -> S3Result<(String, Writing)> {
    let ObjectIdentifier { e_tag, key, last_modified_time, size, version_id } = one;
    if last_modified_time.is_some() {
        return Err(fault::not_implemented("Delete.Objects.LastModifiedTime"));
    }
    if size.is_some() {
        return Err(fault::not_implemented("Delete.Objects.Size"));
    }
    if version_id.is_some_and(|version| version != "null") {
        return Err(fault::not_implemented("Delete.Objects.VersionId"));
    }
    let if_match = e_tag.map(ETagCondition::ETag);
    Ok((key, Writing { if_match, if_none_match: None }))
}

fn told(key: String, error: &S3Error) -> Error {
    Error {
        code: Some(error.code().as_str().to_owned()),
        key: Some(key),
        message: error.message().map(str::to_owned),
        version_id: None,
    }
}
