//! Cron expressions, so far as rotations have them: whole hours of days.
//
// COMPAT: "Cron expressions" of the Secrets Manager User Guide: the minutes are 0 and the year is
// any; one of the two kinds of days is `?`.

use std::collections::BTreeSet;
use std::time::Duration;

use model::Timestamp;

use super::calendar;

const DAY_SECS: i64 = 86_400;
/// A date that is not within these days, of which the leap day is the rarest, is never.
const DAYS_MAX: i64 = 9 * 366;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    hours: BTreeSet<u32>,
    months: BTreeSet<u32>,
    days: Days,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    OfMonth(BTreeSet<u32>),
    LastOfMonth,
    OfWeek(BTreeSet<u32>),
    /// The last one of its kind in the month.
    LastOfWeek(u32),
    /// The nth one of its kind in the month.
    NthOfWeek(u32, u32),
}

impl Cron {
    /// The six fields of an expression that comes to pass.
    pub(super) fn parse(text: &str) -> Option<Cron> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let ["0", hours, of_month, months, of_week, "*"] = fields.as_slice() else { return None };
        let days = match (*of_month, *of_week) {
            (of_month, "?") => Days::of_month(of_month)?,
            ("?", of_week) => Days::of_week(of_week)?,
            _ => return None,
        };
        let hours = numbers(hours, (0, 23), &[])?;
        let cron = Cron { hours, months: numbers(months, (1, 12), &MONTHS)?, days };
        cron.next(Timestamp::EPOCH)?;
        Some(cron)
    }

    /// The first time after `after`.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let first = after.as_millis().div_euclid(DAY_SECS * 1000);
        let mut days = (first..first + DAYS_MAX).filter(|day| self.is_on(*day));
        days.find_map(|day| {
            let mut hours = self.hours.iter().map(|hour| {
                Timestamp::from_secs(day * DAY_SECS) + Duration::from_hours(u64::from(*hour))
            });
            hours.find(|at| *at > after)
        })
    }

    /// Whether it is more than once on its days.
    pub(super) fn is_hourly(&self) -> bool {
        self.hours.len() > 1
    }

    /// The fewest hours from one time to the next.
    pub(super) fn gap_hours(&self) -> u32 {
        let first = self.hours.first().map(|hour| hour + 24);
        let later = self.hours.iter().copied().skip(1).chain(first);
        self.hours.iter().zip(later).map(|(one, next)| next - one).min().unwrap_or(24)
    }

    pub(super) fn last_hour(&self) -> u32 {
        self.hours.last().copied().unwrap_or_default()
    }

    fn is_on(&self, day: i64) -> bool {
        let (_, month, of_month) = calendar::date(day);
        let weekday = calendar::weekday(day);
        let has = |set: &BTreeSet<u32>, number: i64| {
            u32::try_from(number).is_ok_and(|number| set.contains(&number))
        };
        let is_kind = |kind: u32| weekday == i64::from(kind);
        has(&self.months, month)
            && match &self.days {
                Days::OfMonth(days) => has(days, of_month),
                Days::LastOfMonth => of_month == calendar::month_length(day),
                Days::OfWeek(days) => has(days, weekday),
                Days::LastOfWeek(kind) => {
                    is_kind(*kind) && of_month + 7 > calendar::month_length(day)
                }
                Days::NthOfWeek(kind, nth) => {
                    is_kind(*kind) && (of_month - 1) / 7 + 1 == i64::from(*nth)
                }
            }
    }
}

impl Days {
    fn of_month(text: &str) -> Option<Days> {
        match text {
            "L" => Some(Days::LastOfMonth),
            other => numbers(other, (1, 31), &[]).map(Days::OfMonth),
        }
    }

    fn of_week(text: &str) -> Option<Days> {
        let kind = |text: &str| number(text, (1, 7), &WEEKDAYS);
        if text == "L" {
            return Some(Days::OfWeek([7].into()));
        }
        if let Some(last) = text.strip_suffix('L') {
            return kind(last).map(Days::LastOfWeek);
        }
        if let Some((text, nth)) = text.split_once('#') {
            return Some(Days::NthOfWeek(kind(text)?, number(nth, (1, 5), &[])?));
        }
        numbers(text, (1, 7), &WEEKDAYS).map(Days::OfWeek)
    }
}

/// A list of numbers, ranges and steps within bounds; names stand for the numbers from 1 on.
fn numbers(text: &str, bounds: (u32, u32), names: &[&str]) -> Option<BTreeSet<u32>> {
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?))
            }
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => bounds,
            Some((first, last)) => (number(first, bounds, names)?, number(last, bounds, names)?),
            None => {
                let first = number(range, bounds, names)?;
                // A step goes on to the end.
                (first, if step.is_some() { bounds.1 } else { first })
            }
        };
        if first > last {
            return None;
        }
        all.extend((first..=last).step_by(step.unwrap_or(1)));
    }
    Some(all)
}

fn number(text: &str, (first, last): (u32, u32), names: &[&str]) -> Option<u32> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        Some(index) => u32::try_from(index).ok()? + 1,
        None => text.parse().ok()?,
    };
    (first..=last).contains(&number).then_some(number)
}
