//! The time of a signature, as `X-Amz-Date` writes it: `20150830T123600Z`.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Whole seconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AmzDate(i64);

impl AmzDate {
    /// INVARIANT: always a year of four digits, so that it can be written.
    pub fn from_secs(secs: i64) -> AmzDate {
        AmzDate(secs.clamp(0, SECONDS_MAX))
    }

    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// Reads the ISO-8601 basic form, the only one AWS takes in `X-Amz-Date`.
    pub fn parse(text: &str) -> Option<AmzDate> {
        let bytes = text.as_bytes();
        if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| -> Option<i16> {
            bytes[from..to].iter().try_fold(0_i16, |sum, byte| {
                byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'))
            })
        };
        let small = |from: usize| number(from, from + 2).and_then(|value| i8::try_from(value).ok());
        let (hour, minute, second) = (small(9)?, small(11)?, small(13)?);
        let civil =
            DateTime::new(number(0, 4)?, small(4)?, small(6)?, hour, minute, second, 0).ok()?;
        let timestamp = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let secs = timestamp.as_second();
        (0..=SECONDS_MAX).contains(&secs).then_some(AmzDate(secs))
    }

    /// Reads the `Date` header, which old clients sign instead of `X-Amz-Date`.
    pub fn parse_http_date(text: &str) -> Option<AmzDate> {
        let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(AmzDate::from_secs(zoned.timestamp().as_second()))
    }

    #[must_use]
    pub fn plus_secs(self, secs: i64) -> AmzDate {
        AmzDate::from_secs(self.0.saturating_add(secs))
    }

    /// The day alone, as a credential scope names it: `20150830`.
    pub fn day(self) -> String {
        let mut text = self.to_string();
        text.truncate("YYYYMMDD".len());
        text
    }

    /// Each of its digits, as they are written.
    fn digits(self) -> [u8; 14] {
        let (date, time) = (self.civil().date(), self.civil().time());
        let year = date.year().unsigned_abs();
        let small = [date.month(), date.day(), time.hour(), time.minute(), time.second()];
        let mut digits = [0; 14];
        for (place, scale) in [1000, 100, 10, 1].into_iter().enumerate() {
            digits[place] = (year / scale % 10) as u8;
        }
        for (index, number) in small.into_iter().enumerate() {
            let number = number.unsigned_abs();
            digits[4 + 2 * index] = number / 10;
            digits[5 + 2 * index] = number % 10;
        }
        digits.map(|digit| b'0' + digit)
    }

    fn civil(self) -> DateTime {
        let timestamp = Timestamp::from_second(self.0).expect("every constructor keeps the range");
        Offset::UTC.to_datetime(timestamp)
    }
}

impl fmt::Display for AmzDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let text = std::str::from_utf8(&digits).map_err(|_| fmt::Error)?;
        let (day, time) = text.split_at("YYYYMMDD".len());
        formatter.write_str(day)?;
        formatter.write_str("T")?;
        formatter.write_str(time)?;
        formatter.write_str("Z")
    }
}

/// The last second of the year 9998, which every time zone can still write.
const SECONDS_MAX: i64 = 253_370_764_799;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_basic_form() {
        let date = AmzDate::parse("20150830T123600Z").expect("the form of the vectors");
        assert_eq!(date.as_secs(), 1_440_938_160);
        assert_eq!(date.to_string(), "20150830T123600Z");
        assert_eq!(date.day(), "20150830");
        assert_eq!(AmzDate::from_secs(i64::MAX).to_string(), "99981231T235959Z");
        assert_eq!(AmzDate::from_secs(i64::MIN).to_string(), "19700101T000000Z");
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "20150830",
            "2015-08-30T12:36:00Z",
            "20150830T123600",
            "20150830T123600+",
            "20151330T123600Z",
            "20150230T123600Z",
            "20150830T250000Z",
            "+0150830T123600Z",
            "2015083\u{e9}T12360Z",
            "19690830T123600Z",
            "99990830T123600Z",
        ] {
            assert_eq!(AmzDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn reads_the_date_header() {
        let date = AmzDate::parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(date, AmzDate::parse("20150830T123600Z"));
        assert_eq!(AmzDate::parse_http_date("yesterday"), None);
    }
}
