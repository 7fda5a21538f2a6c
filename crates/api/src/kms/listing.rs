//! Pages of lists as AWS KMS turns them: `Limit`, `Marker`, `NextMarker` and `Truncated`.

use aws_api::kms::errors;
use wire::ApiError;

use crate::paging;

/// How many items a page has: where nobody says, and at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize {
    pub default: usize,
    pub max: usize,
}

/// What most lists take.
pub(super) const PAGE_SIZE: PageSize = PageSize { default: 100, max: 1000 };

/// `Limit` and `Marker` of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub limit: Option<i32>,
    pub marker: Option<&'a str>,
}

/// What a list answers.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub items: Vec<T>,
    pub next_marker: Option<String>,
}

impl<T> Listed<T> {
    pub(super) fn is_truncated(&self) -> bool {
        self.next_marker.is_some()
    }
}

/// A page of `items`, which are in ascending order of `key`.
pub(super) fn page<T>(
    asked: Asked<'_>,
    size: PageSize,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
) -> Result<Listed<T>, ApiError> {
    let limit = asked.limit.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(size.default);
    if limit > size.max {
        return Err(super::invalid(format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy \
             constraint: Member must have value less than or equal to {}",
            size.max
        )));
    }
    let page = paging::page(items, key, (asked.marker, limit)).map_err(|_| {
        errors::invalid_marker_exception("The marker is not one that this list has given.")
    })?;
    Ok(Listed { items: page.items, next_marker: page.next_token })
}
