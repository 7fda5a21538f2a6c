//! The codes that a health check takes for success: `200`, `200,202`, `200-299,301`.

use thiserror::Error;

/// A parsed list of codes and ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMatcher {
    ranges: Vec<(u16, u16)>,
}

/// Why a matcher is no list of codes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("health check matcher `{0}` is not a list of HTTP codes or ranges from 200 to 499")]
pub struct BadMatcher(String);

/// COMPAT: `Matcher$HttpCode`: an application load balancer takes values from 200 to 499.
const CODES: std::ops::RangeInclusive<u16> = 200..=499;

impl CodeMatcher {
    pub fn parse(text: &str) -> Result<Self, BadMatcher> {
        let bad = || BadMatcher(text.to_owned());
        let code = |part: &str| match part.trim().parse::<u16>() {
            Ok(code) if CODES.contains(&code) => Ok(code),
            Ok(_) | Err(_) => Err(bad()),
        };
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let range = (code(first)?, code(last)?);
            if range.0 > range.1 {
                return Err(bad());
            }
            ranges.push(range);
        }
        Ok(Self { ranges })
    }

    pub fn accepts(&self, code: u16) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_codes_and_ranges() {
        let matcher = CodeMatcher::parse("200-299,301").expect("a valid matcher");
        let accepted: Vec<u16> = (190..=310).filter(|code| matcher.accepts(*code)).collect();
        assert_eq!(accepted.len(), 101);
        assert!(matcher.accepts(301) && !matcher.accepts(300) && !matcher.accepts(199));
    }

    #[test]
    fn refuses_what_is_no_list() {
        for text in ["", "abc", "200,", "299-200", "199", "200-500", "200--299"] {
            assert!(CodeMatcher::parse(text).is_err(), "{text}");
        }
    }
}
