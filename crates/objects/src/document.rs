//! Bodies that are documents: read whole, compared with their checksums, and looked through for
//! what is not known, all of which `s3s` leaves out.
//!
//! INVARIANT: an element that an operation does not honour is refused by name.

use http::request::Parts as Head;
use http::{HeaderMap, Method};
use quick_xml::Reader;
use quick_xml::events::Event;
use s3s::S3Result;
use s3s::crypto::{Checksum as _, Md5};

use crate::access::parameters;
use crate::checksum::{Stated, check, check_md5, read_md5};
use crate::fault;
use crate::host;

/// Whose document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    CompleteMultipartUpload,
    CreateBucket,
    DeleteObjects,
    PutBucketPolicy,
}

/// The document that a request's body is, as far as its head tells.
pub(crate) fn of(head: &Head) -> Option<Document> {
    let parameters = parameters(&head.uri);
    let has = |name: &str| parameters.iter().any(|(one, _)| one == name);
    let is_plain = parameters.iter().all(|(name, _)| name.to_ascii_lowercase().starts_with("x-"));
    match head.method {
        Method::POST if has("delete") => Some(Document::DeleteObjects),
        Method::POST if has("uploadId") => Some(Document::CompleteMultipartUpload),
        Method::PUT if has("policy") => Some(Document::PutBucketPolicy),
        Method::PUT if is_plain && is_bucket(head) => Some(Document::CreateBucket),
        _ => None,
    }
}

/// Whether the path, as `s3s` reads it, has no key.
fn is_bucket(head: &Head) -> bool {
    let path = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8_lossy();
    let rest = path.strip_prefix('/').unwrap_or(&path);
    let named = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let named = named.or_else(|| head.uri.authority().map(http::uri::Authority::as_str));
    if named.is_some_and(|name| host::any_bucket(name).is_some()) {
        return rest.is_empty();
    }
    rest.split_once('/').map_or(!rest.is_empty(), |(_, key)| key.is_empty())
}

impl Document {
    pub(crate) fn check(self, headers: &HeaderMap, bytes: &[u8]) -> S3Result<()> {
        match self {
            // Its headers are about the object.
            Document::CompleteMultipartUpload => {}
            Document::CreateBucket | Document::DeleteObjects | Document::PutBucketPolicy => {
                check_sums(headers, bytes)?;
            }
        }
        match self.elements() {
            Some(known) => check_elements(bytes, known),
            None => Ok(()),
        }
    }

    /// The elements that are honoured, or that the operation itself refuses.
    fn elements(self) -> Option<&'static [&'static str]> {
        match self {
            Document::CompleteMultipartUpload => Some(&[
                "CompleteMultipartUpload",
                "Part",
                "ChecksumCRC32",
                "ChecksumCRC32C",
                "ChecksumCRC64NVME",
                "ChecksumSHA1",
                "ChecksumSHA256",
                "ETag",
                "PartNumber",
            ]),
            Document::CreateBucket => Some(&["CreateBucketConfiguration", "LocationConstraint"]),
            Document::DeleteObjects => Some(&[
                "Delete",
                "Object",
                "ETag",
                "Key",
                "LastModifiedTime",
                "Quiet",
                "Size",
                "VersionId",
            ]),
            Document::PutBucketPolicy => None,
        }
    }
}

fn check_sums(headers: &HeaderMap, bytes: &[u8]) -> S3Result<()> {
    let md5 = headers.get("content-md5").map(|value| value.to_str().unwrap_or_default());
    check_md5(read_md5(md5)?, &Md5::checksum(bytes))?;
    match Stated::read(headers)? {
        Stated::Nothing => Ok(()),
        Stated::Trailer(_) => Err(fault::not_implemented("x-amz-trailer")),
        Stated::Value(algorithm, stated) => {
            let mut hasher = algorithm.hasher();
            hasher.update(bytes);
            check(algorithm, &stated, &algorithm.of(&hasher.finalize()).unwrap_or_default())
        }
    }
}

/// What is no XML is refused by whoever reads it.
fn check_elements(bytes: &[u8], known: &[&str]) -> S3Result<()> {
    let mut reader = Reader::from_reader(bytes);
    while let Ok(event) = reader.read_event() {
        let (Event::Start(start) | Event::Empty(start)) = event else {
            if matches!(event, Event::Eof) {
                break;
            }
            continue;
        };
        let name = start.local_name().as_ref().to_owned();
        if !known.contains(&name.as_str()) {
            return Err(fault::not_implemented(&name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn documents_are_told_by_their_heads() {
        let check = |method: &str, host: &str, uri: &str, expected: Option<Document>| {
            let request = Request::builder().method(method).uri(uri).header("host", host);
            let head = request.body(()).expect("a request").into_parts().0;
            assert_eq!(of(&head), expected, "{method} {host} {uri}");
        };
        let here = "localhost:4566";
        check("PUT", here, "/b", Some(Document::CreateBucket));
        check("PUT", here, "/b/?x-id=CreateBucket", Some(Document::CreateBucket));
        check("PUT", here, "/b/k", None);
        check("PUT", here, "/b%2Fk", None);
        check("PUT", here, "/b//", None);
        check("PUT", here, "/b?lifecycle", None);
        check("PUT", "b.s3.localhost", "/", Some(Document::CreateBucket));
        check("PUT", "b.localhost", "/k", None);
        check("PUT", here, "/b?policy", Some(Document::PutBucketPolicy));
        check("POST", here, "/b?delete", Some(Document::DeleteObjects));
        check("POST", here, "/b/k?uploadId=1", Some(Document::CompleteMultipartUpload));
        check("POST", here, "/b/k?uploads", None);
        check("GET", here, "/b", None);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let check = |document: Document, text: &str| {
            let told = document.check(&HeaderMap::new(), text.as_bytes()).err();
            told.and_then(|error| error.message().map(str::to_owned)).unwrap_or_default()
        };
        let refused = |name: &str| format!("`{name}` is not implemented by Longshore");
        let configuration = |inner: &str| {
            let text = format!("<CreateBucketConfiguration>{inner}</CreateBucketConfiguration>");
            check(Document::CreateBucket, &text)
        };
        assert_eq!(configuration("<LocationConstraint>a</LocationConstraint>"), "");
        assert_eq!(configuration("<Tags><Tag/></Tags>"), refused("Tags"));
        assert_eq!(configuration("<Location/>"), refused("Location"));
        let delete = "<Delete xmlns=\"x\"><Object><Key>&lt;New&gt;</Key></Object></Delete>";
        assert_eq!(check(Document::DeleteObjects, delete), "");
        let part = "<CompleteMultipartUpload><Part><ChecksumXXHASH3>a</ChecksumXXHASH3></Part>\
                    </CompleteMultipartUpload>";
        let told = check(Document::CompleteMultipartUpload, part);
        assert_eq!(told, refused("ChecksumXXHASH3"));
        assert_eq!(check(Document::DeleteObjects, "<"), "");
    }
}
