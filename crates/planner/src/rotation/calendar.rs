//! Days and dates: the proleptic Gregorian calendar, from day 0, which is 1970-01-01.

/// Days in 400 years, after which the calendar is the same again.
const ERA_DAYS: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

/// The day of a date; months and days count from 1.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that a leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_DAYS
}

/// The date of a day: its year, its month and its day of the month.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH_DAYS;
    let (era, of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// The day of the week, 1 being Sunday.
pub(super) fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7) + 1
}

/// The last day of a day's month.
pub(super) fn month_length(day: i64) -> i64 {
    let (year, month, _) = date(day);
    let (year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    date(days(year, next, 1) - 1).2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_date() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2026, 11, 29), 20_786);
        for day in -200_000..200_000 {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            assert!((1..=12).contains(&month) && (1..=31).contains(&of_month));
        }
        assert_eq!((weekday(0), weekday(3), weekday(-4)), (5, 1, 1));
        let length = |year, month| month_length(days(year, month, 1));
        assert_eq!((length(2026, 2), length(2024, 2), length(2026, 12)), (28, 29, 31));
    }
}
