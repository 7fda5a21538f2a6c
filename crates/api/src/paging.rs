//! Pages of a list: a bounded number of items, and an opaque token for what follows.
//!
//! A token holds the key of the last item that was shown, so a page begins after it
//! whatever was added or removed since.
//!
//! INVARIANT: items are in ascending order of their key.

use std::fmt::Write as _;

/// One page, and the token of the next where something follows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub items: Vec<T>,
    pub next_token: Option<String>,
}

/// The token was not given by a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadToken;

/// Where the keys of a list go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// The first `limit` of `items` (in ascending order of key) after the one that the token names.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    (token, limit): (Option<&str>, usize),
) -> Result<Page<T>, BadToken> {
    page_in(Order::Ascending, items, key, (token, limit))
}

/// [`page`] for items in the given order of their key.
pub(crate) fn page_in<T>(
    order: Order,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    (token, limit): (Option<&str>, usize),
) -> Result<Page<T>, BadToken> {
    let after = token.map(decode).transpose()?;
    let is_due = |item: &T| match (&after, order) {
        (None, _) => true,
        (Some(after), Order::Ascending) => key(item) > *after,
        (Some(after), Order::Descending) => key(item) < *after,
    };
    let mut due = items.into_iter().filter(is_due);
    let items: Vec<T> = due.by_ref().take(limit).collect();
    let has_more = due.next().is_some();
    let next_token = items.last().filter(|_| has_more).map(|last| encode(&key(last)));
    Ok(Page { items, next_token })
}

/// Hexadecimal, so that a token survives being copied and quoted.
fn encode(key: &str) -> String {
    hex(key.as_bytes())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes any text");
    }
    text
}

/// The text that [`hex`] was given; `None` where it was given none.
pub(crate) fn unhex(text: &str) -> Option<String> {
    let digits: Vec<char> = text.chars().collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() || pairs.is_empty() {
        return None;
    }
    let byte = |[high, low]: &[char; 2]| Some((high.to_digit(16)? << 4 | low.to_digit(16)?) as u8);
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}

fn decode(token: &str) -> Result<String, BadToken> {
    unhex(token).ok_or(BadToken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(order: Order, items: &[&'static str], limit: usize) -> Vec<Vec<&'static str>> {
        let mut pages = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let asked = (token.as_deref(), limit);
            let page = page_in(order, items.iter().copied(), |item| (*item).to_owned(), asked)
                .expect("our own token");
            pages.push(page.items);
            token = page.next_token;
            if token.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn every_item_is_on_one_page() {
        assert_eq!(pages(Order::Ascending, &["a", "b", "c"], 2), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(pages(Order::Ascending, &["a", "b"], 2), [vec!["a", "b"]]);
        assert_eq!(pages(Order::Descending, &["c", "b", "a"], 1), [["c"], ["b"], ["a"]]);
        assert_eq!(pages(Order::Ascending, &[], 1), [Vec::<&str>::new()]);
    }

    #[test]
    fn a_page_goes_on_where_the_last_item_is_gone() {
        let first = page(["a", "b", "c"], |item| (*item).to_owned(), (None, 2)).expect("no token");
        let token = first.next_token.expect("`c` follows");
        let asked = (Some(token.as_str()), 2);
        let second = page(["a", "c"], |item| (*item).to_owned(), asked).expect("our own token");
        assert_eq!(second.items, ["c"]);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["!", "6", "6g", "ff"] {
            assert_eq!(page(["a"], |i| (*i).to_owned(), (Some(token), 1)), Err(BadToken));
        }
    }
}
