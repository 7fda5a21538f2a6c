//! No byte of a signed request can be another: method, path, query, headers, body, signature, scope
//! or date.

use model::Rng;
use sigv4::{BodyHash, Claim};

#[path = "common/call.rs"]
mod call;

use call::{Call, KEY, NOW, secret};

/// Changes that are tried.
const CHANGES: usize = 100_000;

/// Letters and digits: what no rule of the canonical form takes for another.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn signed() -> Vec<Call> {
    let json = Call::to("ecs")
        .header("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters")
        .header("content-type", "application/x-amz-json-1.1");
    let mut query = Call::to("sts").header("content-type", "application/x-www-form-urlencoded");
    query.body = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let mut get = Call::to("s3");
    (get.method, get.path) = ("GET".to_owned(), "/photos/cat.jpg".to_owned());
    (get.query, get.body) = ("list-type=2&prefix=a".to_owned(), Vec::new());
    let get = get.header("x-amz-content-sha256", &BodyHash::of(&[]).hex());
    vec![
        json.clone().signed_at(NOW),
        query.clone().signed_at(NOW),
        get.clone().signed_at(NOW),
        query.presigned_at(NOW, 900),
        get.presigned_at(NOW, 900),
    ]
}

/// Every place of a call that has a letter or a digit, by part and index.
fn places(call: &Call) -> Vec<(usize, usize)> {
    let mut parts: Vec<&[u8]> = vec![
        call.method.as_bytes(),
        call.path.as_bytes(),
        call.query.as_bytes(),
        call.body.as_slice(),
    ];
    parts.extend(call.headers.iter().map(|(_, value)| value.as_bytes()));
    let of = |(part, bytes): (usize, &[u8])| -> Vec<(usize, usize)> {
        let found = bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric());
        found.map(|(index, _)| (part, index)).collect()
    };
    parts.into_iter().enumerate().flat_map(of).collect()
}

/// The call with one byte replaced.
fn changed(call: &Call, (part, index): (usize, usize), letter: u8) -> Call {
    let mut call = call.clone();
    let replace = |text: &mut String| {
        let mut bytes = std::mem::take(text).into_bytes();
        bytes[index] = letter;
        *text = String::from_utf8(bytes).expect("a letter for a letter");
    };
    match part {
        0 => replace(&mut call.method),
        1 => replace(&mut call.path),
        2 => replace(&mut call.query),
        3 => call.body[index] = letter,
        _ => replace(&mut call.headers[part - 4].1),
    }
    call
}

/// Whether the call is taken: its key is known, and its signature right.
fn is_taken(call: &Call) -> bool {
    let is_known =
        call.with(|request| Claim::read(request).is_ok_and(|claim| claim.access_key_id() == KEY));
    is_known && call.verify(&secret()).is_ok()
}

#[test]
fn no_byte_can_be_another() {
    let mut rng = Rng::seeded(4);
    let mut below = |bound: usize| rng.below(bound as u64) as usize;
    let calls = signed();
    let places: Vec<_> = calls.iter().map(places).collect();
    for call in &calls {
        assert!(is_taken(call), "{call:?}");
    }
    let mut tried = 0;
    while tried < CHANGES {
        let at = below(calls.len());
        let place = places[at][below(places[at].len())];
        let letter = LETTERS[below(LETTERS.len())];
        let bad = changed(&calls[at], place, letter);
        if is_same(&bad, &calls[at]) {
            continue;
        }
        assert!(!is_taken(&bad), "{place:?} is {}: {bad:?}", char::from(letter));
        tried += 1;
    }
}

/// Whether nothing was changed after all: hexadecimal digits of a percent-encoding have no case.
fn is_same(one: &Call, other: &Call) -> bool {
    let query = |call: &Call| call.query.to_ascii_lowercase();
    let is_encoded = one.query != other.query && query(one) == query(other);
    is_encoded
        || (one.method == other.method
            && one.path == other.path
            && one.query == other.query
            && one.body == other.body
            && one.headers == other.headers)
}
