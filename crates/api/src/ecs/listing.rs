//! Lists as ECS answers them: at most a hundred items a page.

use aws_api::ecs::errors;
use wire::ApiError;

use crate::paging::{self, BadToken, Order, Page};

/// What a request says about its page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) next_token: Option<&'a str>,
    pub(super) max_results: Option<i32>,
    /// What the operation allows, and gives where nothing is said.
    pub(super) max: usize,
}

/// The page of `items`, which are in ascending order of key.
pub(super) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    asked: Asked<'_>,
) -> Result<Page<T>, ApiError> {
    page_in(Order::Ascending, items, key, asked)
}

/// [`page`] for items in the given order of their key.
pub(super) fn page_in<T>(
    order: Order,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    asked: Asked<'_>,
) -> Result<Page<T>, ApiError> {
    let limit = match asked.max_results {
        None => asked.max,
        Some(given) => usize::try_from(given)
            .ok()
            .filter(|given| (1..=asked.max).contains(given))
            .ok_or_else(|| {
                errors::invalid_parameter_exception(format!(
                    "maxResults must be between 1 and {}.",
                    asked.max
                ))
            })?,
    };
    paging::page_in(order, items, key, (asked.next_token, limit))
        .map_err(|BadToken| errors::invalid_parameter_exception("Invalid token."))
}
