//! When a secret is rotated: the windows that its rules give.
//
// COMPAT: "Schedule expressions in Secrets Manager rotation" (Secrets Manager User Guide). Times
// are UTC.

use std::time::Duration;

use model::{RotationRules, RotationWindow, Timestamp};

use super::cron::Cron;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const DAY_HOURS: u32 = 24;

/// COMPAT: "You can rotate a secret as often as every four hours" (`RotationRulesType`).
const INTERVAL_HOURS_MIN: u32 = 4;
/// LIMIT: days from one rotation to the next (`AutomaticallyAfterDays`).
const INTERVAL_DAYS_MAX: u32 = 1_000;

/// Why rules give no windows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    #[error("AutomaticallyAfterDays and ScheduleExpression are both given; say one of them")]
    Both,
    #[error("Duration is given without a schedule")]
    NoSchedule,
    #[error("ScheduleExpression `{0}` is no rate(…) or cron(…) of Secrets Manager")]
    Expression(String),
    #[error("a secret is rotated every {} hours at most", INTERVAL_HOURS_MIN)]
    TooOften,
    #[error("a secret is rotated every {} days at least", INTERVAL_DAYS_MAX)]
    TooSeldom,
    #[error("Duration `{0}` does not end within the day and before the next window")]
    Duration(String),
}

/// Rules, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    interval: Interval,
    /// How long a window is open; `None` is the interval's own.
    duration: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Interval {
    Days(u32),
    Hours(u32),
    Cron(Cron),
}

impl Schedule {
    /// `None` where the rules say no time: such a secret is rotated when somebody asks.
    pub fn read(rules: &RotationRules) -> Result<Option<Schedule>, BadRules> {
        let interval = match (rules.automatically_after_days, &rules.schedule_expression) {
            (Some(_), Some(_)) => return Err(BadRules::Both),
            (None, None) if rules.duration.is_some() => return Err(BadRules::NoSchedule),
            (None, None) => return Ok(None),
            (Some(days), None) => Interval::Days(days),
            (None, Some(text)) => {
                Interval::parse(text).ok_or_else(|| BadRules::Expression(text.clone()))?
            }
        };
        interval.check()?;
        let schedule = Schedule { duration: None, interval };
        let Some(text) = &rules.duration else { return Ok(Some(schedule)) };
        let hours = text.strip_suffix('h').and_then(|hours| hours.parse::<u32>().ok());
        let fits = |hours: &u32| (1..=schedule.interval.room_hours()).contains(hours);
        match hours.filter(fits) {
            Some(hours) => Ok(Some(Schedule { duration: Some(HOUR * hours), ..schedule })),
            None => Err(BadRules::Duration(text.clone())),
        }
    }

    /// The first window that opens after `after`; `None` where there is none for years.
    pub fn next(&self, after: Timestamp) -> Option<RotationWindow> {
        let opens_at = match &self.interval {
            Interval::Days(days) => day(after) + DAY * *days,
            Interval::Hours(hours) => {
                let past = u32::try_from(after.since(day(after)).as_secs() / 3600).ok()?;
                let next = (past / hours + 1) * hours;
                // The hours are counted from midnight.
                day(after) + HOUR * next.min(DAY_HOURS)
            }
            Interval::Cron(cron) => cron.next(after)?,
        };
        let rest_of_day = || (day(opens_at) + DAY).since(opens_at);
        let is_hourly = match &self.interval {
            Interval::Days(_) => false,
            Interval::Hours(_) => true,
            Interval::Cron(cron) => cron.is_hourly(),
        };
        let open = self.duration.unwrap_or_else(|| if is_hourly { HOUR } else { rest_of_day() });
        Some(RotationWindow { opens_at, closes_at: opens_at + open })
    }
}

impl Interval {
    fn parse(text: &str) -> Option<Interval> {
        if let Some(fields) = text.strip_prefix("cron(") {
            return Cron::parse(fields.strip_suffix(')')?).map(Interval::Cron);
        }
        let (count, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
        let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
        match unit {
            "hour" | "hours" if count < DAY_HOURS => Some(Interval::Hours(count)),
            // What is longer is a number of days.
            "hour" | "hours" if count.is_multiple_of(DAY_HOURS) => {
                Some(Interval::Days(count / DAY_HOURS))
            }
            "day" | "days" => Some(Interval::Days(count)),
            _ => None,
        }
    }

    fn check(&self) -> Result<(), BadRules> {
        match self {
            Interval::Days(days) if *days > INTERVAL_DAYS_MAX => Err(BadRules::TooSeldom),
            Interval::Hours(hours) if *hours < INTERVAL_HOURS_MIN => Err(BadRules::TooOften),
            Interval::Cron(cron) if cron.gap_hours() < INTERVAL_HOURS_MIN => {
                Err(BadRules::TooOften)
            }
            Interval::Days(_) | Interval::Hours(_) | Interval::Cron(_) => Ok(()),
        }
    }

    /// How long any window may be open.
    fn room_hours(&self) -> u32 {
        match self {
            Interval::Days(_) => DAY_HOURS,
            Interval::Hours(hours) => (*hours).min(DAY_HOURS - (DAY_HOURS - 1) / hours * hours),
            Interval::Cron(cron) => cron.gap_hours().min(DAY_HOURS - cron.last_hour()),
        }
    }
}

/// The beginning of the day.
fn day(at: Timestamp) -> Timestamp {
    let millis = i64::try_from(DAY.as_millis()).expect("a day is short");
    Timestamp::from_millis(at.as_millis().div_euclid(millis) * millis)
}

#[cfg(test)]
mod tests {
    use super::super::calendar;
    use super::*;

    fn rules(days: Option<u32>, expression: Option<&str>, duration: Option<&str>) -> RotationRules {
        RotationRules {
            automatically_after_days: days,
            schedule_expression: expression.map(str::to_owned),
            duration: duration.map(str::to_owned),
        }
    }

    /// `2026-03-01 05` as an instant.
    fn at(text: &str) -> Timestamp {
        let (date, hour) = text.split_once(' ').expect("a date and an hour");
        let parts: Vec<i64> = date.split('-').map(|one| one.parse().expect("a number")).collect();
        let days = calendar::days(parts[0], parts[1], parts[2]);
        let hour: i64 = hour.parse().expect("a number");
        Timestamp::from_secs(days * 86_400 + hour * 3_600)
    }

    #[track_caller]
    fn check(rules: &RotationRules, after: &str, (opens, closes): (&str, &str)) {
        let schedule = Schedule::read(rules).expect("they are well formed").expect("a schedule");
        let window = schedule.next(at(after)).expect("there is one");
        assert_eq!(window, RotationWindow { opens_at: at(opens), closes_at: at(closes) });
    }

    #[test]
    fn windows_open_as_the_rules_say() {
        let days = |count, duration| rules(Some(count), None, duration);
        check(&days(1, None), "2026-02-28 05", ("2026-03-01 00", "2026-03-02 00"));
        check(&days(30, Some("3h")), "2024-02-28 00", ("2024-03-29 00", "2024-03-29 03"));
        let of = |expression, duration| rules(None, Some(expression), duration);
        check(&of("rate(10 days)", None), "2025-12-31 23", ("2026-01-10 00", "2026-01-11 00"));
        check(&of("rate(4 hours)", None), "2026-01-01 04", ("2026-01-01 08", "2026-01-01 09"));
        check(
            &of("rate(4 hours)", Some("4h")),
            "2026-01-01 05",
            ("2026-01-01 08", "2026-01-01 12"),
        );
        check(&of("rate(48 hours)", None), "2026-01-01 04", ("2026-01-03 00", "2026-01-04 00"));
        check(&of("rate(10 hours)", None), "2026-01-01 21", ("2026-01-02 00", "2026-01-02 01"));
        let cron = |fields: &str| rules(None, Some(&format!("cron({fields})")), None);
        check(&cron("0 8 * * ? *"), "2026-01-01 08", ("2026-01-02 08", "2026-01-03 00"));
        check(&cron("0 8 * * ? *"), "2026-01-01 07", ("2026-01-01 08", "2026-01-02 00"));
        check(&cron("0 2 1 * ? *"), "2026-01-01 02", ("2026-02-01 02", "2026-02-02 00"));
        check(&cron("0 0/8 * * ? *"), "2026-01-01 09", ("2026-01-01 16", "2026-01-01 17"));
        check(&cron("0 16 ? * SUN *"), "2026-01-01 00", ("2026-01-04 16", "2026-01-05 00"));
        check(&cron("0 16 ? * 6L *"), "2026-01-01 00", ("2026-01-30 16", "2026-01-31 00"));
        check(&cron("0 16 ? * 2#2 *"), "2026-01-01 00", ("2026-01-12 16", "2026-01-13 00"));
        check(&cron("0 1 L 2 ? *"), "2026-03-01 00", ("2027-02-28 01", "2027-03-01 00"));
        check(&cron("0 1 29 FEB ? *"), "2026-03-01 00", ("2028-02-29 01", "2028-03-01 00"));
        check(&cron("0 0 1 1/3 ? *"), "2026-01-01 00", ("2026-04-01 00", "2026-04-02 00"));
        check(&cron("0 0 ? * MON-FRI *"), "2026-01-02 00", ("2026-01-05 00", "2026-01-06 00"));
    }

    #[test]
    fn rules_that_give_no_windows_are_refused() {
        let refused = |rules: &RotationRules| Schedule::read(rules).expect_err("they are bad");
        let of = |expression: &str| refused(&rules(None, Some(expression), None));
        assert_eq!(refused(&rules(Some(1), Some("rate(1 day)"), None)), BadRules::Both);
        assert_eq!(refused(&rules(None, None, Some("1h"))), BadRules::NoSchedule);
        assert_eq!(Schedule::read(&rules(None, None, None)), Ok(None));
        for expression in [
            "",
            "rate(0 days)",
            "rate(5 minutes)",
            "rate(25 hours)",
            "rate(5days)",
            "cron(0 8 * * ?)",
            "cron(5 8 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 8 1 * 1 *)",
            "cron(0 8 ? * 8 *)",
            "cron(0 8 0 * ? *)",
            "cron(0 8 15W * ? *)",
            "cron(0 8 * 13 ? *)",
            "cron(0 8 * * ? 2030)",
            "cron(0 8 30 2 ? *)",
            "cron(0 8-7 * * ? *)",
            "cron(0 0/0 * * ? *)",
        ] {
            assert_eq!(of(expression), BadRules::Expression(expression.to_owned()));
        }
        assert_eq!(of("rate(3 hours)"), BadRules::TooOften);
        assert_eq!(of("cron(0 0/3 * * ? *)"), BadRules::TooOften);
        assert_eq!(of("cron(0 1,22 * * ? *)"), BadRules::TooOften);
        assert_eq!(of("rate(1001 days)"), BadRules::TooSeldom);
        let long = |expression: &str, duration: &str| {
            refused(&rules(None, Some(expression), Some(duration)))
        };
        for (expression, duration) in [
            ("rate(1 day)", "25h"),
            ("rate(4 hours)", "5h"),
            ("cron(0 20 * * ? *)", "5h"),
            ("rate(1 day)", "0h"),
            ("rate(1 day)", "3"),
        ] {
            let expected = BadRules::Duration(duration.to_owned());
            assert_eq!(long(expression, duration), expected, "{expression}");
        }
    }
}
