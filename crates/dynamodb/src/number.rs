//! Numbers as DynamoDB writes them: one spelling for each value.
//!
//! COMPAT: Developer Guide, "Supported data types and naming rules in Amazon DynamoDB": leading
//! and trailing zeroes are trimmed. A number is answered without an exponent.

/// LIMIT: the magnitude of DynamoDB's numbers, of which the largest are below 1E+126 and the
/// smallest at 1E-130, as powers of ten with some room.
const EXPONENT_MAX: i64 = 200;

/// A number in DynamoDB's own spelling; `None` of what is no number, or too large or small for
/// DynamoDB, which the engine refuses.
pub(crate) fn normalized(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (coefficient, exponent) = match rest.split_once(['e', 'E']) {
        Some((coefficient, exponent)) => (coefficient, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = coefficient.split_once('.').unwrap_or((coefficient, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    let zeroes = digits.len() - significant.len();
    let significant = significant.trim_end_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    // It is `0.significant` times ten to the power of this.
    let point = i64::try_from(whole.len()).ok()? - i64::try_from(zeroes).ok()?;
    let point = point.checked_add(exponent).filter(|point| point.abs() <= EXPONENT_MAX)?;
    Some(format!("{sign}{}", placed(significant, point)))
}

/// Digits, the first and last of which are not 0, with the point behind so many of them.
fn placed(digits: &str, point: i64) -> String {
    let zeroes = |count: u64| "0".repeat(usize::try_from(count).unwrap_or_default());
    match usize::try_from(point) {
        Ok(count) if 0 < count && count < digits.len() => {
            let (whole, fraction) = digits.split_at(count);
            format!("{whole}.{fraction}")
        }
        Ok(count) if 0 < count => format!("{digits}{}", "0".repeat(count - digits.len())),
        Ok(_) | Err(_) => format!("0.{}{digits}", zeroes(point.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for (texts, expected) in [
            (&["1", "1.0", "1.", "01", "+1", "1e0", "10e-1", "0.1E+1", "001.00e00"][..], "1"),
            (&["-1", "-1.0", "-01e0"], "-1"),
            (&["0", "-0", "0.0", "+0e5", ".0", "0e999"], "0"),
            (&["120", "1.2e2", "00120.0"], "120"),
            (&["12.5", "+012.50", "125e-1"], "12.5"),
            (&["0.00123", ".00123", "1.23e-3"], "0.00123"),
            (&["-0.5", "-.5", "-5e-1"], "-0.5"),
            (&["1e20"], "100000000000000000000"),
            (
                &["0012345678901234567890123456789012345678.0"],
                "12345678901234567890123456789012345678",
            ),
        ] {
            for text in texts {
                assert_eq!(normalized(text).as_deref(), Some(expected), "{text}");
            }
        }
        assert_eq!(normalized("1e-130").map(|text| text.len()), Some(132));
        assert_eq!(normalized("9.9e125").map(|text| text.len()), Some(126));
    }

    #[test]
    fn what_is_no_number_has_none() {
        for text in [
            "",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "++1",
            "+-1",
            " 1",
            "1 ",
            "NaN",
            "0x1",
            "1_0",
            "1e999999999",
            "1e-999999999",
            "1e99999999999999999999",
        ] {
            assert_eq!(normalized(text), None, "{text}");
        }
    }

    proptest! {
        /// It is the same number, and its spelling is its own.
        #[test]
        fn spelling_is_all_that_changes(
            text in "[+-]?[0-9]{1,6}(\\.[0-9]{0,6})?([eE][+-]?[0-9])?",
        ) {
            let normal = normalized(&text).expect("it is a number");
            prop_assert_eq!(normal.parse::<f64>(), text.parse::<f64>(), "{}", normal);
            let again = normalized(&normal);
            prop_assert_eq!(again.as_deref(), Some(normal.as_str()));
        }
    }
}
