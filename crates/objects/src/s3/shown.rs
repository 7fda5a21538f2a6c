//! Forms that several answers share.

use s3s::S3Result;
use s3s::crypto::{Checksum as _, Sha256};
use s3s::dto::{self, CommonPrefix, ETag, ObjectStorageClass, Owner};

use crate::described::shown;
use crate::fault;
use crate::incoming::hex;
use crate::limits::LISTED_MAX;
use crate::listing::Encoding;
use crate::object_rows::Object;

/// COMPAT: "canonical user IDs" are 64 hexadecimal digits that say no account; S3 no longer tells
/// display names.
pub(super) fn canonical_id(account: &str) -> String {
    hex(&Sha256::checksum(account.as_bytes()))
}

pub(super) fn owner(account: &str) -> Owner {
    Owner { display_name: None, id: Some(canonical_id(account)) }
}

pub(super) fn etag(value: &str) -> ETag {
    ETag::Strong(value.to_owned())
}

pub(super) fn size(bytes: u64) -> Option<i64> {
    i64::try_from(bytes).ok()
}

/// An object in a list.
pub(super) fn listed(object: &Object, encoding: Encoding, owner: Option<&Owner>) -> dto::Object {
    let checksum = object.described.checksum.as_ref();
    dto::Object {
        checksum_algorithm: checksum
            .map(|one| vec![dto::ChecksumAlgorithm::from_static(one.algorithm.name())]),
        checksum_type: checksum.map(|one| dto::ChecksumType::from_static(one.kind.name())),
        e_tag: Some(etag(&object.etag)),
        key: Some(encoding.show(&object.key)),
        last_modified: Some(shown(object.modified_at)),
        owner: owner.cloned(),
        restore_status: None,
        size: size(object.size),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
    }
}

pub(super) fn prefixes(found: &[String], encoding: Encoding) -> Option<Vec<CommonPrefix>> {
    let show = |prefix: &String| CommonPrefix { prefix: Some(encoding.show(prefix)) };
    (!found.is_empty()).then(|| found.iter().map(show).collect())
}

/// How many entries a page may have: what was asked for, within the bound.
pub(super) fn page_size(asked: Option<i32>, argument: &str) -> S3Result<i32> {
    match asked {
        Some(number) if number < 0 => Err(fault::invalid_argument(format!(
            "Argument {argument} must be an integer between 0 and 2147483647"
        ))),
        Some(number) => Ok(number.min(LISTED_MAX)),
        None => Ok(LISTED_MAX),
    }
}

/// What is asked for and not empty.
pub(super) fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
