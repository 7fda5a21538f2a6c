//! AWS's own signing vectors, in the header and the query form.
//!
//! Each case pins the canonical request, the string to sign and the signature;
//! the signed request must verify, and must stop doing so when any one thing
//! about it changes.

use std::path::{Path, PathBuf};

use sigv4::{
    ALGORITHM, AmzDate, BodyHash, Claim, Credentials, Error, Expected, Form, Headers, PathRule,
    PayloadRule, Request, SecretKey, Signing, Verifier, canonical_request, presign, sign,
    string_to_sign,
};

const CASES: usize = 38;

#[test]
fn every_case_is_here() {
    assert_eq!(cases().len(), CASES);
}

#[test]
fn canonical_requests_and_strings_to_sign_agree() {
    for case in cases() {
        for form in ["header", "query"] {
            let expected = case.file(&format!("{form}-canonical-request.txt"));
            let mut lines = expected.rsplit('\n');
            let payload = lines.next().expect("the last line is the payload");
            let signed_headers = lines.next().expect("the line before is the headers");
            let message = case.as_signed(form);
            let canonical = message.with(|request| {
                canonical_request(request, Form { signed_headers, payload, path: case.path })
            });
            assert_eq!(String::from_utf8_lossy(&canonical), expected, "{} {form}", case.name);

            let text = string_to_sign(&canonical, case.now, &case.scope());
            let expected = case.file(&format!("{form}-string-to-sign.txt"));
            assert_eq!(text, expected, "{} {form}", case.name);
        }
    }
}

#[test]
fn signing_gives_the_header_signature() {
    for case in cases() {
        let mut message = Message::parse(&case.file("request.txt"));
        if case.is_body_signed {
            let hash = BodyHash::of(message.body.as_bytes()).hex();
            message.headers.push(("x-amz-content-sha256".to_owned(), hash));
        }
        let added = case.signing(|signing| message.with(|request| sign(request, signing)));
        let signed = case.signed_request("header");
        let find = |name: &str| {
            added.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
        };
        assert_eq!(find("authorization"), signed.header("authorization"), "{}", case.name);
        assert_eq!(find("x-amz-date"), signed.header("x-amz-date"), "{}", case.name);
    }
}

#[test]
fn presigning_gives_the_query() {
    for case in cases() {
        let message = Message::parse(&case.file("request.txt"));
        let query = case.signing(|signing| message.with(|request| presign(request, signing, 3600)));
        let signed = case.as_signed("query");
        assert_eq!(query, signed.query, "{}", case.name);
    }
}

#[test]
fn signed_requests_verify() {
    let verifier = Verifier::new();
    for case in cases() {
        for form in ["header", "query"] {
            let actual = case.verify(&verifier, &case.signed_request(form));
            // A token that nobody signed is refused: here AWS's services differ.
            let expected = match (case.is_token_added_after, form) {
                (false, _) => Ok(()),
                (true, "header") => Err(Error::HeaderNotSigned("X-Amz-Security-Token".to_owned())),
                (true, _) => Err(Error::SignatureMismatch),
            };
            assert_eq!(actual, expected, "{} {form}", case.name);
        }
    }
}

#[test]
fn any_change_is_refused() {
    let verifier = Verifier::new();
    let mut count = 0;
    for case in cases().into_iter().filter(|case| !case.is_token_added_after) {
        for form in ["header", "query"] {
            let good = case.signed_request(form);
            assert_eq!(case.verify(&verifier, &good), Ok(()));
            for (what, bad) in mutations(&good) {
                let actual = case.verify(&verifier, &bad);
                assert!(actual.is_err(), "{} {form}: {what} was accepted", case.name);
                count += 1;
            }
        }
    }
    assert!(count > 1000, "only {count} changes were tried");
}

/// Each is the same message with one thing changed.
fn mutations(good: &Message) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    let mut add = |what: String, change: &dyn Fn(&mut Message)| {
        let mut bad = good.clone();
        change(&mut bad);
        all.push((what, bad));
    };
    add("another method".to_owned(), &|bad| "PUT".clone_into(&mut bad.method));
    add("another path".to_owned(), &|bad| bad.path.push_str("/x"));
    add("one more parameter".to_owned(), &|bad| {
        let separator = if bad.query.is_empty() { "" } else { "&" };
        bad.query = format!("{}{separator}x=y", bad.query);
    });
    add("another body".to_owned(), &|bad| bad.body.push('x'));
    add("an unsigned x-amz header".to_owned(), &|bad| {
        bad.headers.push(("X-Amz-Target".to_owned(), "Other".to_owned()));
    });
    for (index, (name, _)) in good.headers.iter().enumerate() {
        add(format!("no {name}"), &|bad| drop(bad.headers.remove(index)));
        add(format!("another {name}"), &|bad| {
            let value = &mut bad.headers[index].1;
            let last = value.pop().expect("no header is empty");
            value.push(if last == '0' { '1' } else { '0' });
        });
        add(format!("{name} twice"), &|bad| {
            let twin = bad.headers[index].clone();
            bad.headers.push(twin);
        });
    }
    let pairs: Vec<&str> = good.query.split('&').filter(|pair| !pair.is_empty()).collect();
    for index in 0..pairs.len() {
        let without = |with: Option<String>| {
            let mut kept: Vec<String> = pairs.iter().map(|&pair| pair.to_owned()).collect();
            kept.remove(index);
            kept.extend(with);
            kept.join("&")
        };
        add(format!("no {}", pairs[index]), &|bad| bad.query = without(None));
        add(format!("longer {}", pairs[index]), &|bad| {
            bad.query = without(Some(format!("{}0", pairs[index])));
        });
    }
    all
}

struct Case {
    name: String,
    folder: PathBuf,
    access_key_id: String,
    secret: SecretKey,
    session_token: Option<String>,
    region: String,
    service: String,
    now: AmzDate,
    path: PathRule,
    is_body_signed: bool,
    is_token_added_after: bool,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let entries = std::fs::read_dir(root).expect("the vectors are beside this file");
    let folders = entries.map(|entry| entry.expect("a readable entry").path());
    let mut cases: Vec<Case> = folders.filter(|path| path.is_dir()).map(Case::read).collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

impl Case {
    fn read(folder: PathBuf) -> Case {
        let text = std::fs::read(folder.join("context.json")).expect("each case has a context");
        let context: serde_json::Value = serde_json::from_slice(&text).expect("valid JSON");
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let flag = |name: &str| context[name].as_bool().unwrap_or(false);
        let credentials = &context["credentials"];
        let timestamp = text(&context["timestamp"]).expect("a time").replace(['-', ':'], "");
        Case {
            name: folder.file_name().expect("a folder").to_string_lossy().into_owned(),
            access_key_id: text(&credentials["access_key_id"]).expect("a key"),
            secret: SecretKey::new(text(&credentials["secret_access_key"]).expect("a secret")),
            session_token: text(&credentials["token"]),
            region: text(&context["region"]).expect("a region"),
            service: text(&context["service"]).expect("a service"),
            now: AmzDate::parse(&timestamp).expect("a time"),
            path: if flag("normalize") { PathRule::Normalized } else { PathRule::Verbatim },
            is_body_signed: flag("sign_body"),
            is_token_added_after: flag("omit_session_token"),
            folder,
        }
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).expect("each case has every file")
    }

    fn signed_request(&self, form: &str) -> Message {
        Message::parse(&self.file(&format!("{form}-signed-request.txt")))
    }

    /// The request that was signed: without the token that some add afterwards.
    fn as_signed(&self, form: &str) -> Message {
        let mut signed = self.signed_request(form);
        if let (true, Some((start, rest))) =
            (self.is_token_added_after, signed.query.split_once("&X-Amz-Security-Token"))
        {
            let (_, signature) = rest.split_once('&').expect("the signature comes last");
            signed.query = format!("{start}&{signature}");
        }
        signed
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.now.day(), self.region, self.service)
    }

    fn signing<T>(&self, then: impl FnOnce(&Signing<'_>) -> T) -> T {
        let session_token =
            if self.is_token_added_after { None } else { self.session_token.as_deref() };
        let credentials =
            Credentials { access_key_id: &self.access_key_id, secret: &self.secret, session_token };
        let (region, service) = (self.region.as_str(), self.service.as_str());
        then(&Signing { credentials, region, service, now: self.now, path: self.path })
    }

    /// Also what a caller does between: the key and the token must be known.
    fn verify(&self, verifier: &Verifier, message: &Message) -> Result<(), Error> {
        message.with(|request| {
            let claim = Claim::read(request)?;
            if claim.access_key_id() != self.access_key_id
                || claim.session_token() != self.session_token.as_deref()
            {
                return Err(Error::UnrecognizedClient);
            }
            let mut expected = Expected::of(&self.service, self.now);
            expected.region = Some(&self.region);
            expected.path = self.path;
            expected.payload = PayloadRule::Signed;
            verifier.verify(request, &claim, &self.secret, &expected)
        })
    }
}

#[derive(Clone, Debug)]
struct Message {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Message {
    fn parse(text: &str) -> Message {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let first = lines.next().expect("a request line");
        let (method, rest) = first.split_once(' ').expect("a method");
        let (target, _) = rest.rsplit_once(' ').expect("a version");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            if let (true, Some((_, value))) = (line.starts_with(' '), headers.last_mut()) {
                value.push('\n');
                value.push_str(line);
            } else {
                let (name, value) = line.split_once(':').expect("a header");
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        let [method, path, query, body] = [method, path, query, body].map(str::to_owned);
        Message { method, path, query, headers, body }
    }

    fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    fn with<T>(&self, then: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.trim().as_bytes()))
            .collect();
        then(&Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: Headers(&headers),
            body_hash: BodyHash::of(self.body.as_bytes()),
        })
    }
}

#[test]
fn the_vectors_use_the_one_algorithm() {
    for case in cases() {
        assert!(case.file("header-string-to-sign.txt").starts_with(ALGORITHM));
    }
}
