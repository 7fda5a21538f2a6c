//! Checksums of objects: computed as bytes come, compared with what the client says, combined for
//! objects that are made of parts.
//!
//! COMPAT: "Checking object integrity in Amazon S3".

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::{S3Result, dto, s3_error};
use serde::{Deserialize, Serialize};

use crate::fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

use Algorithm::{Crc32 as CRC32, Crc32c as CRC32C, Crc64Nvme as CRC64NVME};

pub(crate) const ALGORITHMS: [Algorithm; 5] =
    [CRC32, CRC32C, CRC64NVME, Algorithm::Sha1, Algorithm::Sha256];

/// Of what a checksum is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Of all bytes.
    FullObject,
    /// Of the parts' checksums.
    Composite,
}

/// A checksum in base64, with the count of parts behind it if it is a composite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: Kind,
    pub(crate) value: String,
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> S3Result<Algorithm> {
        let found = ALGORITHMS.into_iter().find(|one| one.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| fault::not_implemented(&format!("ChecksumAlgorithm` of `{name}")))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            CRC32 => "CRC32",
            CRC32C => "CRC32C",
            CRC64NVME => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }

    fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    /// COMPAT: "Full object checksum support for multipart uploads".
    pub(crate) fn kind(self, asked: Option<&str>) -> S3Result<Kind> {
        let refuse = |kind: &str| {
            let name = self.name().to_ascii_lowercase();
            let message = format!(
                "The {kind} checksum type cannot be used with the {name} checksum algorithm."
            );
            Err(fault::invalid_request(message))
        };
        match (asked, self) {
            (Some("FULL_OBJECT"), Algorithm::Sha1 | Algorithm::Sha256) => refuse("FULL_OBJECT"),
            (Some("COMPOSITE"), CRC64NVME) => refuse("COMPOSITE"),
            (Some("FULL_OBJECT"), _) | (None, CRC64NVME) => Ok(Kind::FullObject),
            (Some("COMPOSITE") | None, _) => Ok(Kind::Composite),
            (Some(other), _) => {
                Err(fault::invalid_request(format!("`{other}` is no checksum type.")))
            }
        }
    }

    fn width(self) -> usize {
        match self {
            CRC32 | CRC32C => 4,
            CRC64NVME => 8,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
        }
    }

    pub(crate) fn hasher(self) -> ChecksumHasher {
        let mut hasher = ChecksumHasher::default();
        self.add_to(&mut hasher);
        hasher
    }

    pub(crate) fn add_to(self, hasher: &mut ChecksumHasher) {
        match self {
            CRC32 => hasher.crc32 = Some(Crc32::new()),
            CRC32C => hasher.crc32c = Some(Crc32c::new()),
            CRC64NVME => hasher.crc64nvme = Some(Crc64Nvme::new()),
            Algorithm::Sha1 => hasher.sha1 = Some(Sha1::new()),
            Algorithm::Sha256 => hasher.sha256 = Some(Sha256::new()),
        }
    }

    pub(crate) fn of(self, found: &dto::Checksum) -> Option<String> {
        match self {
            CRC32 => found.checksum_crc32.clone(),
            CRC32C => found.checksum_crc32c.clone(),
            CRC64NVME => found.checksum_crc64nvme.clone(),
            Algorithm::Sha1 => found.checksum_sha1.clone(),
            Algorithm::Sha256 => found.checksum_sha256.clone(),
        }
    }
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::FullObject => "FULL_OBJECT",
            Kind::Composite => "COMPOSITE",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Checksum {
    pub(crate) fn full(algorithm: Algorithm, value: String) -> Checksum {
        Checksum { algorithm, kind: Kind::FullObject, value }
    }

    /// As the members that answers have for it.
    pub(crate) fn shown(&self) -> dto::Checksum {
        let mut shown = dto::Checksum::default();
        let value = Some(self.value.clone());
        match self.algorithm {
            CRC32 => shown.checksum_crc32 = value,
            CRC32C => shown.checksum_crc32c = value,
            CRC64NVME => shown.checksum_crc64nvme = value,
            Algorithm::Sha1 => shown.checksum_sha1 = value,
            Algorithm::Sha256 => shown.checksum_sha256 = value,
        }
        shown.checksum_type = Some(dto::ChecksumType::from_static(self.kind.name()));
        shown
    }
}

/// What a request says of its body's checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    Nothing,
    Value(Algorithm, String),
    /// After the body.
    Trailer(Algorithm),
}

impl Stated {
    pub(crate) fn read(headers: &HeaderMap) -> S3Result<Stated> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let mut found = ALGORITHMS
            .into_iter()
            .filter_map(|one| Some((one, text(&one.header())?.to_owned())))
            .collect::<Vec<_>>();
        if found.len() > 1 {
            return Err(fault::invalid_request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not \
                 allowed.",
            ));
        }
        if let Some((algorithm, value)) = found.pop() {
            check_form(algorithm, &value)?;
            return Ok(Stated::Value(algorithm, value));
        }
        if let Some(trailer) = text("x-amz-trailer") {
            let trailer = trailer.trim().to_ascii_lowercase();
            let found = ALGORITHMS.into_iter().find(|one| one.header() == trailer);
            return found.map(Stated::Trailer).ok_or_else(|| fault::not_implemented(&trailer));
        }
        match text("x-amz-sdk-checksum-algorithm") {
            None => Ok(Stated::Nothing),
            Some(name) => {
                Algorithm::parse(name)?;
                Err(fault::invalid_request(
                    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* \
                     or x-amz-trailer headers were found.",
                ))
            }
        }
    }

    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        match self {
            Stated::Nothing => None,
            Stated::Value(algorithm, _) | Stated::Trailer(algorithm) => Some(*algorithm),
        }
    }
}

fn check_form(algorithm: Algorithm, value: &str) -> S3Result<()> {
    let is_one = STANDARD.decode(value).is_ok_and(|bytes| bytes.len() == algorithm.width());
    if is_one {
        return Ok(());
    }
    let header = algorithm.header();
    Err(fault::invalid_request(format!("Value for {header} header is invalid.")))
}

/// Compares what was stated with what was computed.
pub(crate) fn check(algorithm: Algorithm, stated: &str, computed: &str) -> S3Result<()> {
    if stated == computed {
        return Ok(());
    }
    Err(s3_error!(
        BadDigest,
        "The {algorithm} you specified did not match the calculated checksum."
    ))
}

/// The header's name in a trailer map.
pub(crate) fn in_trailer(algorithm: Algorithm, trailers: &HeaderMap) -> Option<String> {
    let value = trailers.get(algorithm.header())?.to_str().ok()?;
    Some(value.trim().to_owned())
}

/// COMPAT: 128 bits in base64.
pub(crate) fn read_md5(text: Option<&str>) -> S3Result<Option<[u8; 16]>> {
    let Some(text) = text else { return Ok(None) };
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(Some)
        .ok_or_else(|| s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."))
}

pub(crate) fn check_md5(stated: Option<[u8; 16]>, computed: &[u8; 16]) -> S3Result<()> {
    match stated {
        Some(stated) if stated != *computed => Err(s3_error!(
            BadDigest,
            "The Content-MD5 you specified did not match what we received."
        )),
        Some(_) | None => Ok(()),
    }
}

/// The checksum of an object from its parts', each with its part's size.
pub(crate) fn of_parts(
    (algorithm, kind): (Algorithm, Kind),
    parts: &[(String, u64)],
) -> Option<Checksum> {
    let decoded = parts.iter().map(|(value, size)| Some((STANDARD.decode(value).ok()?, *size)));
    let decoded: Vec<(Vec<u8>, u64)> = decoded.collect::<Option<_>>()?;
    let value = match kind {
        Kind::Composite => {
            let mut hasher = algorithm.hasher();
            for (bytes, _) in &decoded {
                hasher.update(bytes);
            }
            format!("{}-{}", algorithm.of(&hasher.finalize())?, parts.len())
        }
        Kind::FullObject => {
            let crc = match algorithm {
                CRC32 => CrcAlgorithm::Crc32IsoHdlc,
                CRC32C => CrcAlgorithm::Crc32Iscsi,
                CRC64NVME => CrcAlgorithm::Crc64Nvme,
                Algorithm::Sha1 | Algorithm::Sha256 => return None,
            };
            let number = |bytes: &[u8]| {
                bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
            };
            let mut parts = decoded.iter().map(|(bytes, size)| (number(bytes), *size));
            let (first, _) = parts.next()?;
            let whole = parts
                .fold(first, |sum, (next, size)| crc_fast::checksum_combine(crc, sum, next, size));
            STANDARD.encode(&whole.to_be_bytes()[8 - algorithm.width()..])
        }
    };
    Some(Checksum { algorithm, kind, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(algorithm: Algorithm, bytes: &[u8]) -> String {
        let mut hasher = algorithm.hasher();
        hasher.update(bytes);
        algorithm.of(&hasher.finalize()).expect("it was asked for")
    }

    #[test]
    fn parts_make_the_checksum_of_the_whole() {
        let (first, second, third) = (b"The quick brown".as_slice(), b" fox jumps", b" over");
        let whole = [first, second, third].concat();
        for algorithm in [CRC32, CRC32C, CRC64NVME] {
            let part = |bytes: &[u8]| (of(algorithm, bytes), bytes.len() as u64);
            let parts = [part(first), part(second), part(third)];
            let found = of_parts((algorithm, Kind::FullObject), &parts).expect("a checksum");
            assert_eq!(found.value, of(algorithm, &whole), "{algorithm}");
        }
        let sha = |bytes: &[u8]| (of(Algorithm::Sha256, bytes), bytes.len() as u64);
        let found = of_parts((Algorithm::Sha256, Kind::Composite), &[sha(first), sha(second)]);
        assert!(found.expect("a checksum").value.ends_with("=-2"));
        assert_eq!(of_parts((Algorithm::Sha256, Kind::FullObject), &[sha(first)]), None);
    }

    #[test]
    fn known_values() {
        assert_eq!(of(CRC32, b"123456789"), "y/Q5Jg==");
        assert_eq!(of(CRC32C, b"123456789"), "4waSgw==");
        assert_eq!(of(CRC64NVME, b"123456789"), "rosUhgp5mIg=");
    }

    #[test]
    fn what_a_request_states_is_read() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().expect("a value"));
            }
            Stated::read(&headers)
        };
        assert_eq!(read(&[]).ok(), Some(Stated::Nothing));
        let stated = read(&[("x-amz-checksum-crc32", "y/Q5Jg==")]).ok();
        assert_eq!(stated, Some(Stated::Value(CRC32, "y/Q5Jg==".to_owned())));
        let stated = read(&[("x-amz-trailer", "x-amz-checksum-sha256")]).ok();
        assert_eq!(stated, Some(Stated::Trailer(Algorithm::Sha256)));
        assert!(read(&[("x-amz-checksum-crc32", "y/Q5")]).is_err());
        assert!(read(&[("x-amz-sdk-checksum-algorithm", "CRC32")]).is_err());
        assert!(read(&[("x-amz-trailer", "x-amz-checksum-xxhash64")]).is_err());
        let two = [("x-amz-checksum-crc32", "y/Q5Jg=="), ("x-amz-checksum-crc32c", "4waSgw==")];
        assert!(read(&two).is_err());
    }
}
