//! A signal by number or by name, as images and task definitions write it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const REALTIME_FIRST: i32 = 34;
const REALTIME_LAST: i32 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Signal(i32);

#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a signal")]
pub struct InvalidSignal(String);

impl Signal {
    pub const TERM: Self = Self(15);
    pub const KILL: Self = Self(9);

    pub const fn number(self) -> i32 {
        self.0
    }
}

impl TryFrom<i32> for Signal {
    type Error = InvalidSignal;

    fn try_from(number: i32) -> Result<Self, InvalidSignal> {
        if (1..=REALTIME_LAST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(InvalidSignal(number.to_string()))
        }
    }
}

impl From<Signal> for i32 {
    fn from(signal: Signal) -> Self {
        signal.0
    }
}

impl FromStr for Signal {
    type Err = InvalidSignal;

    /// Accepts `15`, `TERM`, `SIGTERM`, `SIGRTMIN+3` and `SIGRTMAX-1`, in any case.
    fn from_str(text: &str) -> Result<Self, InvalidSignal> {
        let invalid = || InvalidSignal(text.to_owned());
        if let Ok(number) = text.parse::<i32>() {
            return Self::try_from(number).map_err(|_| invalid());
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        let number = if let Some(rest) = name.strip_prefix("RTMIN") {
            REALTIME_FIRST + offset(rest, '+').ok_or_else(invalid)?
        } else if let Some(rest) = name.strip_prefix("RTMAX") {
            REALTIME_LAST - offset(rest, '-').ok_or_else(invalid)?
        } else {
            let found = NAMES.iter().find(|(known, _)| *known == name);
            return found.map(|(_, number)| Self(*number)).ok_or_else(invalid);
        };
        let is_realtime = (REALTIME_FIRST..=REALTIME_LAST).contains(&number);
        if is_realtime { Ok(Self(number)) } else { Err(invalid()) }
    }
}

fn offset(rest: &str, sign: char) -> Option<i32> {
    if rest.is_empty() {
        return Some(0);
    }
    rest.strip_prefix(sign)?.parse::<u8>().ok().map(i32::from)
}

/// Numbers as x86 and ARM have them.
const NAMES: &[(&str, i32)] = &[
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("IOT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("STKFLT", 16),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("POLL", 29),
    ("PWR", 30),
    ("SYS", 31),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_read_as_images_write_them() {
        for (text, number) in [
            ("SIGTERM", 15),
            ("term", 15),
            ("9", 9),
            ("SIGQUIT", 3),
            ("SIGRTMIN+3", 37),
            ("RTMAX-1", 63),
            ("SIGRTMIN", 34),
        ] {
            assert_eq!(text.parse::<Signal>().map(Signal::number), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_signal_is_refused() {
        for text in ["", "0", "65", "-1", "SIGNOPE", "SIGRTMIN+31", "SIGRTMIN-1", "TERM "] {
            assert!(text.parse::<Signal>().is_err(), "{text:?}");
        }
    }
}
