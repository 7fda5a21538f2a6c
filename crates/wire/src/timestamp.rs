//! Instants as AWS's protocols write them.

use jiff::fmt::rfc2822;
use model::Timestamp;

/// The last second of the year 9999, the last that the text formats can show.
const SECONDS_MAX: f64 = 253_402_300_799.0;

pub(crate) fn from_epoch_seconds(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds.abs() > SECONDS_MAX {
        return None;
    }
    Some(Timestamp::from_millis((seconds * 1000.0).round() as i64))
}

/// Seconds since the epoch, with as many decimals as there are.
pub(crate) fn to_epoch_seconds(timestamp: Timestamp) -> String {
    let millis = timestamp.as_millis();
    let sign = if millis < 0 { "-" } else { "" };
    let (seconds, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    if rest == 0 { format!("{sign}{seconds}") } else { format!("{sign}{seconds}.{rest:03}") }
}

/// `2026-01-31T12:00:00Z`, with any fraction and offset.
pub fn from_iso8601(text: &str) -> Option<Timestamp> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

pub fn to_iso8601(timestamp: Timestamp) -> String {
    format!("{:.3}", instant(timestamp))
}

pub(crate) fn to_http_date(timestamp: Timestamp) -> String {
    let printer = rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&instant(timestamp)).unwrap_or_default()
}

/// Clamped to what can be shown: an answer with an odd date is better than none.
fn instant(timestamp: Timestamp) -> jiff::Timestamp {
    let millis = timestamp.as_millis();
    let clamp = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_millisecond(millis).unwrap_or(clamp)
}

#[cfg(test)]
mod tests {
    use super::{
        Timestamp, from_epoch_seconds, from_iso8601, to_epoch_seconds, to_http_date, to_iso8601,
    };

    #[test]
    fn every_format_of_one_instant() {
        let instant = Timestamp::from_millis(1_700_000_000_123);
        assert_eq!(to_epoch_seconds(instant), "1700000000.123");
        assert_eq!(to_iso8601(instant), "2023-11-14T22:13:20.123Z");
        assert_eq!(to_http_date(instant), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(from_epoch_seconds(1_700_000_000.123), Some(instant));
        assert_eq!(from_iso8601("2023-11-14T22:13:20.123Z"), Some(instant));
        assert_eq!(from_iso8601("2023-11-14T23:13:20.123+01:00"), Some(instant));
    }

    #[test]
    fn odd_instants() {
        assert_eq!(to_epoch_seconds(Timestamp::from_millis(-1500)), "-1.500");
        assert_eq!(to_epoch_seconds(Timestamp::from_millis(2000)), "2");
        assert_eq!(from_epoch_seconds(f64::NAN), None);
        assert_eq!(from_epoch_seconds(1e300), None);
        assert_eq!(from_iso8601("yesterday"), None);
        assert_eq!(to_iso8601(Timestamp::from_millis(i64::MAX)), "9999-12-30T22:00:00.999Z");
    }
}
