//! `ListObjects`, as it was before there was `ListObjectsV2`.

use s3s::dto::{EncodingType, ListObjectsInput, ListObjectsOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::shown::{given, listed, owner, page_size, prefixes};
use crate::arrival::Visit;
use crate::listing::{After, Encoding, Query, list};
use crate::object_rows::Object;

pub(super) async fn list_objects(
    server: &Server,
    request: S3Request<ListObjectsInput>,
) -> S3Result<S3Response<ListObjectsOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let input = request.input;
    let encoding = Encoding::parse(input.encoding_type.as_ref().map(EncodingType::as_str))?;
    let max_keys = page_size(input.max_keys, "maxKeys")?;
    let marker = input.marker.unwrap_or_default();
    let query = Query {
        bucket: bucket.name.clone(),
        prefix: input.prefix.unwrap_or_default(),
        delimiter: input.delimiter.unwrap_or_default(),
        after: given(Some(&marker)).map_or(After::Nothing, |key| After::Key(key.to_owned())),
        max: usize::try_from(max_keys).unwrap_or(0),
    };
    let asked = query.clone();
    let page = server.index.read(move |connection| list(connection, &asked, |_: &Object| true));
    let page = page.await?;
    let owner = owner(&bucket.account);
    let show = |object: &Object| listed(object, encoding, Some(&owner));
    let next = page.next.filter(|_| query.max > 0);
    Ok(S3Response::new(ListObjectsOutput {
        common_prefixes: prefixes(&page.prefixes, encoding),
        contents: Some(page.entries.iter().map(show).collect()),
        delimiter: given(Some(&query.delimiter)).map(|text| encoding.show(text)),
        encoding_type: input.encoding_type,
        is_truncated: Some(next.is_some()),
        marker: Some(encoding.show(&marker)),
        max_keys: Some(max_keys),
        name: Some(query.bucket),
        // COMPAT: "ListObjects": told only where there is a delimiter; else it is the last key.
        next_marker: next.filter(|_| !query.delimiter.is_empty()).map(|key| encoding.show(&key)),
        prefix: Some(encoding.show(&query.prefix)),
        request_charged: None,
    }))
}
