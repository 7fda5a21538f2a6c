//! One page of a bucket's keys: in order, those below a delimiter rolled up.
//!
//! COMPAT: "Organizing objects using prefixes" and "Listing object keys programmatically": a common
//! prefix counts as one entry, and the order is that of the bytes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Connection;
use s3s::S3Result;

use crate::fault;
use crate::index::Found;

/// What is listed: objects, or uploads.
pub(crate) trait Listed: Sized {
    fn key(&self) -> &str;

    /// Calls `each` for what is in the bucket and the range of keys, in order, until it says no.
    fn each(
        connection: &Connection,
        range: (&str, &[u8], Option<&[u8]>),
        each: impl FnMut(Self) -> bool,
    ) -> Found<()>;
}

impl Listed for crate::object_rows::Object {
    fn key(&self) -> &str {
        &self.key
    }

    fn each(
        connection: &Connection,
        range: (&str, &[u8], Option<&[u8]>),
        each: impl FnMut(Self) -> bool,
    ) -> Found<()> {
        crate::object_rows::Object::each(connection, range, each)
    }
}

impl Listed for crate::upload_rows::Upload {
    fn key(&self) -> &str {
        &self.key
    }

    fn each(
        connection: &Connection,
        range: (&str, &[u8], Option<&[u8]>),
        each: impl FnMut(Self) -> bool,
    ) -> Found<()> {
        crate::upload_rows::Upload::each(connection, range, each)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    /// Empty is none.
    pub(crate) delimiter: String,
    pub(crate) after: After,
    pub(crate) max: usize,
}

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum After {
    #[default]
    Nothing,
    /// Behind this key, or behind this common prefix and all that it stands for.
    Key(String),
    /// At this key: of several entries of one key some were seen.
    At(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<T>,
    pub(crate) prefixes: Vec<String>,
    /// The last entry, where there are more behind it.
    pub(crate) next: Option<String>,
}

/// Reads a page; `is_wanted` says which entries are not passed over.
pub(crate) fn list<T: Listed>(
    connection: &Connection,
    query: &Query,
    is_wanted: impl Fn(&T) -> bool,
) -> Found<Page<T>> {
    let mut page = Page { entries: Vec::new(), prefixes: Vec::new(), next: None };
    let end = successor(query.prefix.as_bytes());
    let mut start = Some(start_of(query));
    let mut last = None;
    while let Some(from) = start.take() {
        let mut rolled = None;
        let range = (query.bucket.as_str(), from.as_slice(), end.as_deref());
        T::each(connection, range, |entry| {
            if !is_wanted(&entry) {
                return true;
            }
            let prefix = query.common_prefix(entry.key()).map(str::to_owned);
            if let Some(prefix) = &prefix
                && query.is_behind(prefix)
            {
                rolled = Some(prefix.clone());
                return false;
            }
            if page.entries.len() + page.prefixes.len() >= query.max {
                page.next = last.take();
                return false;
            }
            let name = prefix.as_deref().unwrap_or(entry.key());
            last = Some(name.to_owned());
            if let Some(prefix) = &prefix {
                page.prefixes.push(prefix.clone());
            } else {
                page.entries.push(entry);
            }
            rolled = prefix;
            rolled.is_none()
        })?;
        start = rolled.and_then(|prefix| successor(prefix.as_bytes()));
    }
    Ok(page)
}

fn start_of(query: &Query) -> Vec<u8> {
    let after = match &query.after {
        After::Nothing => Vec::new(),
        After::At(key) => key.clone().into_bytes(),
        After::Key(key) => {
            let mut next = key.clone().into_bytes();
            next.push(0);
            next
        }
    };
    after.max(query.prefix.clone().into_bytes())
}

impl Query {
    fn common_prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.get(self.prefix.len()..)?;
        let at = rest.find(&self.delimiter)?;
        Some(&key[..self.prefix.len() + at + self.delimiter.len()])
    }

    /// Whether a common prefix was on a page before this one.
    fn is_behind(&self, prefix: &str) -> bool {
        match &self.after {
            After::Nothing => false,
            After::Key(key) | After::At(key) => prefix <= key.as_str(),
        }
    }
}

/// The first text behind all that begin so; `None` where there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut next = prefix[..=kept].to_vec();
    next[kept] += 1;
    Some(next)
}

/// What a client is given to go on from an entry.
pub(crate) fn token(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}

pub(crate) fn read_token(token: &str) -> S3Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|it| !it.is_empty());
    text.ok_or_else(|| fault::invalid_argument("The continuation token provided is incorrect"))
}

/// COMPAT: `encoding-type=url` leaves these as they are.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');

/// How names are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    pub(crate) fn parse(text: Option<&str>) -> S3Result<Encoding> {
        match text {
            None | Some("") => Ok(Encoding::Plain),
            Some("url") => Ok(Encoding::Url),
            Some(_) => Err(fault::invalid_argument("Invalid Encoding Method specified in Request")),
        }
    }

    pub(crate) fn show(self, text: &str) -> String {
        match self {
            Encoding::Plain => text.to_owned(),
            Encoding::Url => utf8_percent_encode(text, PLAIN).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object_rows::Object;

    fn database(keys: &[&str]) -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(crate::index::SCHEMA).expect("tables");
        for key in keys {
            let object = Object {
                id: 0,
                key: (*key).to_owned(),
                modified_at: model::Timestamp::EPOCH,
                size: 0,
                etag: String::new(),
                described: crate::described::Described::default(),
                pieces: Vec::new(),
            };
            object.put(&connection, "b").expect("it is put");
        }
        connection
    }

    /// All pages, each as its keys and prefixes.
    fn pages(keys: &[&str], prefix: &str, delimiter: &str, max: usize) -> Vec<String> {
        let connection = database(keys);
        let mut query = Query {
            bucket: "b".to_owned(),
            prefix: prefix.to_owned(),
            delimiter: delimiter.to_owned(),
            after: After::Nothing,
            max,
        };
        let mut shown = Vec::new();
        loop {
            let page = list(&connection, &query, |_: &Object| true).expect("a page");
            let keys: Vec<&str> = page.entries.iter().map(|one| one.key.as_str()).collect();
            let prefixes = page.prefixes.join(" ");
            shown.push(format!("{} | {prefixes}", keys.join(" ")).trim().to_owned());
            match page.next {
                Some(next) => query.after = After::Key(next),
                None => return shown,
            }
        }
    }

    #[test]
    fn keys_come_in_the_order_of_their_bytes() {
        let keys = ["é", "b", "a/b", "a", "a-", "B", "a/", "\u{10ffff}", "\u{ffff}"];
        assert_eq!(pages(&keys, "", "", 100), ["B a a- a/ a/b b é \u{ffff} \u{10ffff} |"]);
        assert_eq!(pages(&keys, "a", "", 100), ["a a- a/ a/b |"]);
        assert_eq!(pages(&keys, "\u{10ffff}", "", 100), ["\u{10ffff} |"]);
        assert_eq!(pages(&keys, "x", "", 100), ["|"]);
    }

    #[test]
    fn prefixes_are_rolled_up_and_counted() {
        let keys = ["a", "a/1", "a/2", "b", "c/1", "c/d/1", "d"];
        assert_eq!(pages(&keys, "", "/", 100), ["a b d | a/ c/"]);
        assert_eq!(pages(&keys, "", "/", 2), ["a | a/", "b | c/", "d |"]);
        assert_eq!(pages(&keys, "", "/", 1), ["a |", "| a/", "b |", "| c/", "d |"]);
        assert_eq!(pages(&keys, "c/", "/", 100), ["c/1 | c/d/"]);
        assert_eq!(pages(&keys, "a", "/", 100), ["a | a/"]);
        assert_eq!(pages(&keys, "", "/1", 100), ["a a/2 b d | a/1 c/1 c/d/1"]);
    }

    #[test]
    fn a_page_that_ends_with_the_keys_has_none_behind_it() {
        assert_eq!(pages(&["a", "b"], "", "", 2), ["a b |"]);
        assert_eq!(pages(&["a", "b", "c"], "", "", 2), ["a b |", "c |"]);
        assert_eq!(pages(&["a/1", "a/2"], "", "/", 1), ["| a/"]);
    }

    #[test]
    fn tokens_are_read_back() {
        assert_eq!(read_token(&token("a/é")).ok().as_deref(), Some("a/é"));
        assert!(read_token("!").is_err());
        assert!(read_token("").is_err());
        assert_eq!(Encoding::Url.show("a b/é"), "a%20b/%C3%A9");
    }
}
