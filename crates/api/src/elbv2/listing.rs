//! Pages of the Describe operations, and the names and ARNs that narrow them.

use wire::ApiError;

use crate::paging::{self, Page};

/// COMPAT: the most that `PageSize` can be is what a page has where it is not given.
const PAGE_SIZE_DEFAULT: usize = 400;

/// LIMIT: names or ARNs in one request ("You can specify up to 20 … in a single call").
const NAMED_MAX: usize = 20;

/// One page of `items`, which are in ascending order of their key.
pub(super) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    (marker, page_size): (Option<&str>, Option<i32>),
) -> Result<Page<T>, ApiError> {
    let limit = page_size.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT);
    paging::page(items, key, (marker, limit))
        .map_err(|_| super::invalid("The specified marker is not valid"))
}

/// What is named, in order and each once; `None` where nothing is.
pub(super) fn named(given: Option<&[String]>) -> Result<Option<Vec<&str>>, ApiError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    if given.len() > NAMED_MAX {
        return Err(super::invalid(format!(
            "You cannot specify more than '{NAMED_MAX}' resources in one request"
        )));
    }
    let mut named: Vec<&str> = given.iter().map(String::as_str).collect();
    named.sort_unstable();
    named.dedup();
    Ok(Some(named))
}
