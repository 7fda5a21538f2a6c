//! Log events, their order, and the tokens that name a place in it.
//!
//! INVARIANT: events are ordered by time, and among those of one time by the order in
//! which they came; no two have the same place.

use model::Timestamp;

use crate::LogsError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Timestamp,
    pub ingested_at: Timestamp,
    pub message: String,
    pub(crate) ordinal: u64,
}

/// An event that was found in a group, and the stream that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteredEvent {
    pub stream: String,
    pub event: Event,
}

impl Event {
    pub(crate) fn place(&self) -> Place {
        Place { millis: self.at.as_millis(), ordinal: self.ordinal }
    }

    /// COMPAT: 56 decimal digits; the same event has the same id for ever.
    pub fn id(&self) -> String {
        self.place().to_digits()
    }
}

/// A place in the order of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) millis: i64,
    /// Counts the events of the whole store, as they came.
    pub(crate) ordinal: u64,
}

impl Place {
    pub(crate) const FIRST: Place = Place { millis: 0, ordinal: 0 };
    pub(crate) const LAST: Place = Place { millis: i64::MAX, ordinal: u64::MAX };

    /// Before every event of this time.
    pub(crate) fn at(time: Timestamp) -> Place {
        Place { millis: time.as_millis().max(0), ordinal: 0 }
    }

    pub(crate) fn next(self) -> Place {
        match self.ordinal.checked_add(1) {
            Some(ordinal) => Place { ordinal, ..self },
            None => Place { millis: self.millis.saturating_add(1), ordinal: 0 },
        }
    }

    /// The place before every other has none before it.
    pub(crate) fn previous(self) -> Place {
        match self.ordinal.checked_sub(1) {
            Some(ordinal) => Place { ordinal, ..self },
            None if self.millis > 0 => Place { millis: self.millis - 1, ordinal: u64::MAX },
            None => self,
        }
    }

    pub(crate) fn to_digits(self) -> String {
        format!("{:020}{:036}", self.millis, self.ordinal)
    }

    pub(crate) fn parse(digits: &str) -> Result<Place, LogsError> {
        Place::read(digits).ok_or_else(|| LogsError::invalid("The specified nextToken is invalid."))
    }

    fn read(digits: &str) -> Option<Place> {
        if digits.len() != 56 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (millis, ordinal) = digits.split_at(20);
        Some(Place { millis: millis.parse().ok()?, ordinal: ordinal.parse().ok()? })
    }
}

/// The places from `from` on, before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: Place,
    pub(crate) until: Place,
}

impl Range {
    /// Times from `start` on, before `end`; `None` is unbounded.
    pub(crate) fn of_times(start: Option<Timestamp>, end: Option<Timestamp>) -> Range {
        let from = start.map_or(Place::FIRST, Place::at);
        Range { from, until: end.map_or(Place::LAST, Place::at) }
    }

    /// Without what is before `cutoff`.
    pub(crate) fn since(self, cutoff: Timestamp) -> Range {
        Range { from: self.from.max(Place::at(cutoff)), ..self }
    }

    pub(crate) fn contains(&self, place: Place) -> bool {
        self.from <= place && place < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_digits() {
        for place in [Place::FIRST, Place::LAST, Place { millis: 1_700_000_000_000, ordinal: 7 }] {
            let digits = place.to_digits();
            assert_eq!(digits.len(), 56);
            assert_eq!(Place::parse(&digits), Ok(place));
        }
    }

    #[test]
    fn what_are_no_digits_of_a_place_is_refused() {
        let long = "9".repeat(56);
        for digits in ["", "1", "x", long.as_str(), &long[1..], &format!("+{}", &long[1..])] {
            assert!(Place::parse(digits).is_err(), "{digits}");
        }
    }
}
