//! Pages as IAM answers them.

use wire::ApiError;

use crate::paging::{self, BadToken};

/// COMPAT: "If you do not include this parameter, the number of items defaults to 100."
const PAGE_DEFAULT: usize = 100;

/// What a request says of the page that it wants.
pub(super) type Asked<'a> = (Option<&'a str>, Option<i32>);

/// A page, and whether something follows.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    pub(super) is_truncated: Option<bool>,
    pub(super) marker: Option<String>,
}

impl<T> Listed<T> {
    /// The same page of what is made of each item.
    pub(super) fn map<U>(self, render: impl FnMut(T) -> U) -> Listed<U> {
        let Listed { items, is_truncated, marker } = self;
        Listed { items: items.into_iter().map(render).collect(), is_truncated, marker }
    }

    /// All of it, where there is never more than one page.
    pub(super) fn whole(items: Vec<T>) -> Listed<T> {
        Listed { items, is_truncated: Some(false), marker: None }
    }
}

/// One page of `items`, which are in ascending order of their key. Keys are short: a marker has at
/// most 320 characters, two for each byte of a key.
pub(super) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    (marker, max_items): Asked<'_>,
) -> Result<Listed<T>, ApiError> {
    let limit = max_items.and_then(|given| usize::try_from(given).ok()).unwrap_or(PAGE_DEFAULT);
    let page = paging::page(items, key, (marker, limit))
        .map_err(|BadToken| super::invalid_value("The marker is not one of this list."))?;
    let is_truncated = Some(page.next_token.is_some());
    Ok(Listed { items: page.items, is_truncated, marker: page.next_token })
}

/// [`page`] of what has no short key: by place in the list.
pub(super) fn page_by_place<T>(items: Vec<T>, asked: Asked<'_>) -> Result<Listed<T>, ApiError> {
    let numbered = items.into_iter().enumerate();
    Ok(page(numbered, |(place, _)| format!("{place:08}"), asked)?.map(|(_, item)| item))
}

/// Whether a path is one of those asked for.
pub(super) fn is_below(path: &str, prefix: Option<&String>) -> bool {
    prefix.is_none_or(|prefix| path.starts_with(prefix.as_str()))
}
