//! What is kept of an object beside its bytes, and the forms of times.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use model::Timestamp;
use s3s::dto::{self, TimestampFormat};
use s3s::{S3Error, S3Result, s3_error};
use serde::{Deserialize, Serialize};

use crate::checksum::Checksum;
use crate::limits::METADATA_BYTES_MAX;

/// What its writer said of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Described {
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    /// As HTTP writes dates.
    pub(crate) expires: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) checksum: Option<Checksum>,
}

/// What S3 says of an object whose type nobody told.
const UNKNOWN_TYPE: &str = "binary/octet-stream";

impl Described {
    pub(crate) fn set_metadata(&mut self, metadata: Option<dto::Metadata>) -> S3Result<()> {
        self.metadata = metadata.into_iter().flatten().collect();
        let bytes: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > METADATA_BYTES_MAX {
            return Err(s3_error!(
                MetadataTooLarge,
                "Your metadata headers exceed the maximum allowed metadata size"
            ));
        }
        Ok(())
    }

    /// COMPAT: the framing of the body is none of the object's own encoding.
    pub(crate) fn set_encoding(&mut self, encoding: Option<String>) {
        let encoding = encoding.unwrap_or_default();
        let parts = encoding.split(',').map(str::trim);
        let own: Vec<&str> = parts.filter(|one| !one.is_empty() && *one != "aws-chunked").collect();
        self.content_encoding = (!own.is_empty()).then(|| own.join(","));
    }

    pub(crate) fn set_expires(&mut self, expires: Option<&dto::Timestamp>) -> S3Result<()> {
        self.expires = expires.map(http_date).transpose()?;
        Ok(())
    }

    pub(crate) fn expires(&self) -> Option<dto::Timestamp> {
        dto::Timestamp::parse(TimestampFormat::HttpDate, self.expires.as_deref()?).ok()
    }

    pub(crate) fn type_shown(&self) -> String {
        self.content_type.clone().unwrap_or_else(|| UNKNOWN_TYPE.to_owned())
    }

    pub(crate) fn metadata_shown(&self) -> Option<dto::Metadata> {
        let all = self.metadata.clone().into_iter().collect::<dto::Metadata>();
        (!all.is_empty()).then_some(all)
    }
}

fn http_date(time: &dto::Timestamp) -> Result<String, S3Error> {
    formatted(time, TimestampFormat::HttpDate)
        .ok_or_else(|| s3_error!(InvalidArgument, "Expires is not a date"))
}

fn formatted(time: &dto::Timestamp, format: TimestampFormat) -> Option<String> {
    let mut text = Vec::new();
    time.format(format, &mut text).ok()?;
    String::from_utf8(text).ok()
}

pub(crate) fn shown(time: Timestamp) -> dto::Timestamp {
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    dto::Timestamp::from(UNIX_EPOCH + Duration::from_millis(millis))
}

/// To the second, as HTTP's dates are, so that what was shown compares as the same.
pub(crate) fn shown_seconds(time: Timestamp) -> dto::Timestamp {
    shown(Timestamp::from_secs(time.as_millis().div_euclid(1000)))
}

pub(crate) fn http_time(time: Timestamp) -> Option<String> {
    formatted(&shown(time), TimestampFormat::HttpDate)
}

pub(crate) fn date_time(time: Timestamp) -> String {
    formatted(&shown(time), TimestampFormat::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_is_no_encoding() {
        let check = |given: &str, expected: Option<&str>| {
            let mut described = Described::default();
            described.set_encoding(Some(given.to_owned()));
            assert_eq!(described.content_encoding.as_deref(), expected);
        };
        check("aws-chunked", None);
        check("gzip,aws-chunked", Some("gzip"));
        check("gzip", Some("gzip"));
        check("", None);
    }

    #[test]
    fn dates_are_read_back() {
        let at = Timestamp::from_secs(1_440_938_160);
        assert_eq!(date_time(at), "2015-08-30T12:36:00.000Z");
        assert_eq!(http_time(at).as_deref(), Some("Sun, 30 Aug 2015 12:36:00 GMT"));
        let mut described = Described::default();
        described.set_expires(Some(&shown(at))).expect("a date");
        assert_eq!(described.expires(), Some(shown(at)));
    }
}
