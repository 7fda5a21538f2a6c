//! `ListResourceTags`: the tags of a key, page by page.

use aws_api::kms::{ListResourceTagsRequest, ListResourceTagsResponse, Tag};
use wire::ApiError;

use super::key;
use super::listing::{self, Asked, PageSize};
use crate::{Api, Caller};

/// COMPAT: "between 1 and 50 … it defaults to 50" (`ListResourceTags`).
const SIZE: PageSize = PageSize { default: 50, max: 50 };

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListResourceTagsRequest,
) -> Result<ListResourceTagsResponse, ApiError> {
    let snapshot = api.snapshot();
    let key = key::find_by_id(&snapshot, &caller.scope, &input.key_id).map_err(super::refusal)?;
    let asked = Asked { limit: input.limit, marker: input.marker.as_deref() };
    let listed = listing::page(asked, SIZE, &key.tags, |(key, _)| (*key).clone())?;
    let tag = |(key, value): &(&String, &String)| Tag {
        tag_key: Some((*key).clone()),
        tag_value: Some((*value).clone()),
    };
    Ok(ListResourceTagsResponse {
        tags: Some(listed.items.iter().map(tag).collect()),
        truncated: Some(listed.is_truncated()),
        next_marker: listed.next_marker,
    })
}
