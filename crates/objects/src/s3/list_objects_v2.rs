//! `ListObjectsV2`.

use s3s::dto::{EncodingType, ListObjectsV2Input, ListObjectsV2Output};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::shown::{given, listed, owner, page_size, prefixes};
use crate::arrival::Visit;
use crate::fault;
use crate::listing::{After, Encoding, Query, list, read_token, token};
use crate::object_rows::Object;

pub(super) async fn list_objects_v2(
    server: &Server,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let input = request.input;
    let encoding = Encoding::parse(input.encoding_type.as_ref().map(EncodingType::as_str))?;
    let max_keys = page_size(input.max_keys, "maxKeys")?;
    if input.continuation_token.as_deref() == Some("") {
        return Err(fault::invalid_argument("The continuation token provided is incorrect"));
    }
    let resumed = input.continuation_token.as_deref().map(read_token).transpose()?;
    let start_after = given(input.start_after.as_ref()).map(str::to_owned);
    let query = Query {
        bucket: bucket.name.clone(),
        prefix: input.prefix.unwrap_or_default(),
        delimiter: input.delimiter.unwrap_or_default(),
        after: resumed.or(start_after).map_or(After::Nothing, After::Key),
        max: usize::try_from(max_keys).unwrap_or(0),
    };
    let asked = query.clone();
    let page = server.index.read(move |connection| list(connection, &asked, |_: &Object| true));
    let page = page.await?;
    let owner = (input.fetch_owner == Some(true)).then(|| owner(&bucket.account));
    let count = page.entries.len() + page.prefixes.len();
    let next = page.next.filter(|_| query.max > 0);
    let show = |object: &Object| listed(object, encoding, owner.as_ref());
    Ok(S3Response::new(ListObjectsV2Output {
        common_prefixes: prefixes(&page.prefixes, encoding),
        contents: (!page.entries.is_empty()).then(|| page.entries.iter().map(show).collect()),
        continuation_token: input.continuation_token,
        delimiter: given(Some(&query.delimiter)).map(|text| encoding.show(text)),
        encoding_type: input.encoding_type,
        is_truncated: Some(next.is_some()),
        key_count: i32::try_from(count).ok(),
        max_keys: Some(max_keys),
        name: Some(query.bucket),
        next_continuation_token: next.as_deref().map(token),
        prefix: Some(encoding.show(&query.prefix)),
        request_charged: None,
        start_after: input.start_after.map(|text| encoding.show(&text)),
    }))
}
