//! Lists as `CodeDeploy` answers them.

use aws_api::codedeploy::errors;
use wire::ApiError;

use crate::paging::{self, BadToken, Order, Page};

/// LIMIT: the items of a page; no request can ask for fewer or more.
const PAGE_MAX: usize = 100;

/// The page of `items` that a token leads to; they are in this order of key.
pub(super) fn page<T>(
    order: Order,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    next_token: Option<&str>,
) -> Result<Page<T>, ApiError> {
    paging::page_in(order, items, key, (next_token, PAGE_MAX))
        .map_err(|BadToken| errors::invalid_next_token_exception("The next token is not valid."))
}
