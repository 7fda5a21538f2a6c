//! A metric's statistic: one of five by name, or one that is spelt out, such as `p99`.
//
// COMPAT: the spellings are those of "CloudWatch statistics definitions" (User Guide).

use aws_api::cloudwatch::{Statistic, errors};
use model::MetricStatistic;
use wire::ApiError;

pub(super) fn parse(
    basic: Option<Statistic>,
    extended: Option<&str>,
) -> Result<MetricStatistic, ApiError> {
    match (basic, extended) {
        (Some(basic), None) => Ok(MetricStatistic::Basic(basic.as_str().to_owned())),
        (None, Some(extended)) if is_extended(extended) => {
            Ok(MetricStatistic::Extended(extended.to_owned()))
        }
        (None, Some(extended)) => Err(super::invalid(format!(
            "The value {extended} for parameter ExtendedStatistic is not supported."
        ))),
        (None, None) => Err(super::validation(
            "Exactly one of Statistic or ExtendedStatistic must be specified.",
        )),
        (Some(_), Some(_)) => Err(errors::invalid_parameter_combination_exception(
            "Exactly one of Statistic or ExtendedStatistic must be specified.",
        )),
    }
}

/// `p99.9`, `tm90`, `IQM`, `PR(10:100)`, `TM(5%:95%)`, `WM(:90%)`.
fn is_extended(text: &str) -> bool {
    if text == "IQM" {
        return true;
    }
    if let Some((name, bounds)) = text.split_once('(') {
        let Some((lower, upper)) = bounds.strip_suffix(')').and_then(|it| it.split_once(':'))
        else {
            return false;
        };
        return is_range(name, (lower, upper));
    }
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
    let name = text.strip_suffix(digits).unwrap_or_default();
    matches!(name, "p" | "tm" | "tc" | "ts" | "wm") && is_percent(digits)
}

/// A range has a bound at one end at least. Of a percentile rank it is of values; else of
/// values or of percents, not one of each.
fn is_range(name: &str, (lower, upper): (&str, &str)) -> bool {
    let bounds: Vec<&str> = [lower, upper].into_iter().filter(|it| !it.is_empty()).collect();
    let is_of_values = bounds.iter().all(|bound| is_number(bound));
    let is_of_percents = bounds.iter().all(|bound| bound.strip_suffix('%').is_some_and(is_percent));
    match name {
        _ if bounds.is_empty() => false,
        "PR" => is_of_values,
        "TC" | "TM" | "TS" | "WM" => is_of_values || is_of_percents,
        _ => false,
    }
}

fn is_percent(text: &str) -> bool {
    is_number(text) && text.parse::<f64>().is_ok_and(|number| number <= 100.0)
}

/// Digits, with a fraction or without.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_statistics() {
        for good in [
            "p0",
            "p0.0",
            "p90",
            "p99.95",
            "p100",
            "tm90",
            "tc90",
            "ts90",
            "wm90",
            "IQM",
            "PR(10:100)",
            "PR(:300)",
            "PR(1.5:)",
            "TC(10%:90%)",
            "TM(:95%)",
            "TS(150:1000)",
        ] {
            assert!(is_extended(good), "{good}");
        }
        for bad in [
            "",
            "p",
            "90",
            "p101",
            "p-1",
            "P90",
            "p90%",
            "p9.",
            "p.9",
            "pp90",
            "iqm",
            "Average",
            "PR()",
            "PR(:)",
            "PR(1%:2%)",
            "TM(10%:90)",
            "TM(10%:101%)",
            "TM(10%:90%",
            "XX(1:2)",
            "p1e1",
        ] {
            assert!(!is_extended(bad), "{bad}");
        }
    }
}
