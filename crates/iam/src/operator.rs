//! Condition operators by name, and what each says of one value of a request.
//!
//! COMPAT: "IAM JSON policy elements: Condition operators".

use std::net::IpAddr;

use crate::pattern::{Case, Pattern, Variables, Wildcards, after_variable};
use crate::request::Context;

/// What is compared, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    NumericEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    /// `ArnEquals` and `ArnLike` are the same.
    ArnLike,
    Null,
}

/// How many of a request's values have to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// The key has one value.
    One,
    ForAllValues,
    ForAnyValue,
}

/// An operator as a policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) operator: Operator,
    pub(crate) is_negated: bool,
    pub(crate) is_if_exists: bool,
    pub(crate) quantifier: Quantifier,
}

/// By name, and whether it is the operator's opposite.
const NAMES: [(&str, Operator, bool); 27] = [
    ("StringEquals", Operator::StringEquals, false),
    ("StringNotEquals", Operator::StringEquals, true),
    ("StringEqualsIgnoreCase", Operator::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Operator::StringEqualsIgnoreCase, true),
    ("StringLike", Operator::StringLike, false),
    ("StringNotLike", Operator::StringLike, true),
    ("NumericEquals", Operator::NumericEquals, false),
    ("NumericNotEquals", Operator::NumericEquals, true),
    ("NumericLessThan", Operator::NumericLessThan, false),
    ("NumericLessThanEquals", Operator::NumericLessThanEquals, false),
    ("NumericGreaterThan", Operator::NumericGreaterThan, false),
    ("NumericGreaterThanEquals", Operator::NumericGreaterThanEquals, false),
    ("DateEquals", Operator::DateEquals, false),
    ("DateNotEquals", Operator::DateEquals, true),
    ("DateLessThan", Operator::DateLessThan, false),
    ("DateLessThanEquals", Operator::DateLessThanEquals, false),
    ("DateGreaterThan", Operator::DateGreaterThan, false),
    ("DateGreaterThanEquals", Operator::DateGreaterThanEquals, false),
    ("Bool", Operator::Bool, false),
    ("BinaryEquals", Operator::BinaryEquals, false),
    ("IpAddress", Operator::IpAddress, false),
    ("NotIpAddress", Operator::IpAddress, true),
    ("ArnEquals", Operator::ArnLike, false),
    ("ArnLike", Operator::ArnLike, false),
    ("ArnNotEquals", Operator::ArnLike, true),
    ("ArnNotLike", Operator::ArnLike, true),
    ("Null", Operator::Null, false),
];

impl Named {
    /// `ForAnyValue:StringLikeIfExists`, in any case.
    pub(crate) fn parse(text: &str) -> Option<Named> {
        let (quantifier, rest) = match text.split_once(':') {
            None => (Quantifier::One, text),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => {
                (Quantifier::ForAllValues, rest)
            }
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => {
                (Quantifier::ForAnyValue, rest)
            }
            Some(_) => return None,
        };
        let cut = rest.len().checked_sub("IfExists".len());
        let (name, suffix) = cut.and_then(|cut| rest.split_at_checked(cut)).unwrap_or((rest, ""));
        let is_if_exists = suffix.eq_ignore_ascii_case("IfExists");
        let name = if is_if_exists { name } else { rest };
        let (_, operator, is_negated) =
            NAMES.into_iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
        // Whether a key exists is what `Null` itself asks.
        let is_sensible =
            operator != Operator::Null || !is_if_exists && quantifier == Quantifier::One;
        is_sensible.then_some(Named { operator, is_negated, is_if_exists, quantifier })
    }
}

/// A value of a policy, prepared for its operator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    Pattern(Pattern),
    /// The six parts of an ARN, of which each is a pattern.
    Arn(Vec<Pattern>),
    Number(f64),
    /// In seconds of the epoch.
    Date(f64),
    Bool(bool),
    Text(String),
    Range(IpAddr, u8),
    /// A variable where there can be none matches nothing.
    Nothing,
}

const ARN_PARTS: usize = 6;

impl Wanted {
    /// `None` where the operator has no such values.
    pub(crate) fn new(operator: Operator, text: &str, variables: Variables) -> Option<Wanted> {
        let pattern = |case, wildcards| {
            Some(Wanted::Pattern(Pattern::new(text, case, (wildcards, variables))))
        };
        match operator {
            Operator::StringEquals => pattern(Case::Sensitive, Wildcards::AreText),
            Operator::StringEqualsIgnoreCase => pattern(Case::Ignored, Wildcards::AreText),
            Operator::StringLike => pattern(Case::Sensitive, Wildcards::Are),
            Operator::ArnLike => arn(text, variables).map(Wanted::Arn),
            Operator::NumericEquals
            | Operator::NumericLessThan
            | Operator::NumericLessThanEquals
            | Operator::NumericGreaterThan
            | Operator::NumericGreaterThanEquals => number(text).map(Wanted::Number),
            Operator::DateEquals
            | Operator::DateLessThan
            | Operator::DateLessThanEquals
            | Operator::DateGreaterThan
            | Operator::DateGreaterThanEquals => date(text).map(Wanted::Date),
            Operator::Bool | Operator::Null => boolean(text).map(Wanted::Bool),
            Operator::BinaryEquals => is_base64(text).then(|| Wanted::Text(text.to_owned())),
            Operator::IpAddress => range(text).map(|(base, prefix)| Wanted::Range(base, prefix)),
        }
    }

    /// Whether one value of a request is what is wanted. `Null` is asked of no value.
    pub(crate) fn is_met(&self, operator: Operator, value: &str, context: &Context) -> bool {
        match self {
            Wanted::Pattern(pattern) => pattern.matches(value, context),
            Wanted::Arn(patterns) => {
                let parts = arn_parts(value);
                let pairs = patterns.iter().zip(&parts);
                parts.len() == patterns.len()
                    && pairs.into_iter().all(|(pattern, part)| pattern.matches(part, context))
            }
            Wanted::Number(wanted) => {
                number(value).is_some_and(|value| compares(operator, value, *wanted))
            }
            Wanted::Date(wanted) => {
                date(value).is_some_and(|value| compares(operator, value, *wanted))
            }
            Wanted::Bool(wanted) => boolean(value) == Some(*wanted),
            Wanted::Text(wanted) => value == wanted,
            Wanted::Range(base, prefix) => {
                value.parse().is_ok_and(|address| is_in(address, *base, *prefix))
            }
            Wanted::Nothing => false,
        }
    }
}

fn compares(operator: Operator, value: f64, wanted: f64) -> bool {
    match operator {
        Operator::NumericLessThan | Operator::DateLessThan => value < wanted,
        Operator::NumericLessThanEquals | Operator::DateLessThanEquals => value <= wanted,
        Operator::NumericGreaterThan | Operator::DateGreaterThan => value > wanted,
        Operator::NumericGreaterThanEquals | Operator::DateGreaterThanEquals => value >= wanted,
        _ => value.total_cmp(&wanted).is_eq(),
    }
}

/// `arn:partition:service:region:account:resource`, of which the last may have colons.
pub(crate) fn arn_parts(text: &str) -> Vec<&str> {
    text.splitn(ARN_PARTS, ':').collect()
}

/// The same of a pattern, in which the `:` of a variable's name is no separator.
///
/// COMPAT: "IAM policy elements: Variables and tags": a variable may stand in any part of an ARN.
pub(crate) fn arn_pattern_parts(text: &str, variables: Variables) -> Vec<&str> {
    if variables == Variables::AreText || !text.contains("${") {
        return arn_parts(text);
    }
    let mut parts = Vec::new();
    let (mut start, mut rest) = (text, text);
    while parts.len() + 1 < ARN_PARTS
        && let Some(letter) = rest.chars().next()
    {
        if let Some(after) = after_variable(rest) {
            rest = after;
            continue;
        }
        let after = &rest[letter.len_utf8()..];
        if letter == ':' {
            parts.push(&start[..start.len() - rest.len()]);
            start = after;
        }
        rest = after;
    }
    parts.push(start);
    parts
}

/// The parts of an ARN, in each of which there may be wildcards.
fn arn(text: &str, variables: Variables) -> Option<Vec<Pattern>> {
    let parts = arn_pattern_parts(text, variables);
    let [start, partition, service, _, _, resource] = parts.as_slice() else { return None };
    let pattern = |one: &&str| Pattern::new(one, Case::Sensitive, (Wildcards::Are, variables));
    let is_arn = pattern(start).matches("arn", &Context::default());
    let is_whole = ![partition, service, resource].iter().any(|one| one.is_empty());
    (is_arn && is_whole).then(|| parts.iter().map(pattern).collect())
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A time, day, month or year of ISO 8601, or seconds of the epoch; what has no offset is UTC.
///
/// COMPAT: "Date condition operators". Four digits alone are a year, not a second of 1970.
fn date(text: &str) -> Option<f64> {
    let is_digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let day = match text.split_once('-') {
        None if is_digits(text, 4) => Some(format!("{text}-01-01")),
        Some((year, month)) if is_digits(year, 4) && is_digits(month, 2) => {
            Some(format!("{text}-01"))
        }
        _ => None,
    };
    let text = day.as_deref().unwrap_or(text);
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    let time: Option<jiff::Timestamp> = text.parse().ok();
    let at_utc = || {
        let time: jiff::civil::DateTime = text.parse().ok()?;
        Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    Some(time.or_else(at_utc)?.as_second() as f64)
}

/// Base 64 in whole groups of four, which is how AWS writes binary values.
fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    text.len().is_multiple_of(4) && text.len() - data.len() <= 2 && data.bytes().all(is_letter)
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn range(text: &str) -> Option<(IpAddr, u8)> {
    let (base, prefix) = match text.split_once('/') {
        Some((base, prefix)) => (base, Some(prefix)),
        None => (text, None),
    };
    let base: IpAddr = base.parse().ok()?;
    let bits = if base.is_ipv4() { 32 } else { 128 };
    let is_digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let length = |text: &str| Some(text).filter(is_digits)?.parse().ok();
    let prefix = prefix.map_or(Some(bits), length)?;
    (prefix <= bits).then_some((base, prefix))
}

fn is_in(address: IpAddr, base: IpAddr, prefix: u8) -> bool {
    let same = |one: u128, other: u128, bits: u32| {
        let shift = bits - u32::from(prefix);
        one.checked_shr(shift).unwrap_or(0) == other.checked_shr(shift).unwrap_or(0)
    };
    match (address, base) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            same(u32::from(one).into(), u32::from(other).into(), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => same(one.into(), other.into(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_iso_8601_and_of_the_epoch() {
        let first = 1_577_836_800.0;
        for (text, expected) in [
            ("2020-01-01T00:00:00Z", Some(first)),
            ("2020-01-01T00:00Z", Some(first)),
            ("2020-01-01T01:00:00+01:00", Some(first)),
            ("2020-01-01T00:00:30.5Z", Some(first + 30.0)),
            ("2020-01-01T00:00:30", Some(first + 30.0)),
            ("2020-01-01", Some(first)),
            ("2020-01", Some(first)),
            ("2020", Some(first)),
            ("1577836800", Some(first)),
            ("0", Some(0.0)),
            ("2020-13", None),
            ("2020-1", None),
            ("2020-01-32", None),
            ("01/02/2020", None),
            (" 2020-01-01", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }

    #[test]
    fn the_colon_of_a_variable_cuts_nothing() {
        for (text, expected) in [
            ("arn:aws:iam::${aws:a}:user/b", "arn|aws|iam||${aws:a}|user/b"),
            (
                "arn:${a:b}x:${c}:${d:e}:${f, 'g:h'}:${i:j}:k",
                "arn|${a:b}x|${c}|${d:e}|${f, 'g:h'}|${i:j}:k",
            ),
            ("arn:é:${:b", "arn|é|${|b"),
            ("${a:b}", "${a:b}"),
            ("", ""),
        ] {
            let cut = arn_pattern_parts(text, Variables::Are).join("|");
            assert_eq!(cut, expected, "{text}");
        }
        let text = arn_pattern_parts("arn:${a:b}:c", Variables::AreText);
        assert_eq!(text, ["arn", "${a", "b}", "c"]);
    }
}
