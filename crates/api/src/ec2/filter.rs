//! Filters of the Describe operations: every name is known, or refused.
//
// COMPAT: values of one filter are alternatives, filters must all hold, values may have
// the wildcards `*` and `?` and fold no case ("Filtering", Amazon EC2 API Reference).

use aws_api::ec2;
use model::Tags;
use wire::ApiError;

/// LIMIT: COMPAT: values of one request's filters.
const VALUES_MAX: usize = 200;

/// The names that a kind of resource can be filtered by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    /// Those with values.
    pub known: &'static [&'static str],
    /// Those that are about what no resource here has, and so match none.
    pub absent: &'static [&'static str],
}

/// Filters that were checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filters<'a>(&'a [ec2::Filter]);

impl<'a> Filters<'a> {
    pub(super) fn new(
        given: Option<&'a [ec2::Filter]>,
        names: Names,
    ) -> Result<Filters<'a>, ApiError> {
        let given = given.unwrap_or_default();
        for filter in given {
            let name = filter.name.as_deref().unwrap_or("null");
            let is_known = names.known.contains(&name) || names.absent.contains(&name);
            let is_tag = name == "tag-key" || name.starts_with("tag:");
            if !is_known && !is_tag {
                return Err(super::invalid(format!("The filter '{name}' is invalid")));
            }
            if filter.values.as_ref().is_none_or(Vec::is_empty) {
                return Err(super::invalid(format!("The filter '{name}' has no values")));
            }
        }
        let count: usize = given.iter().filter_map(|f| f.values.as_ref()).map(Vec::len).sum();
        if count > VALUES_MAX {
            return Err(ApiError::client(
                "FilterLimitExceeded",
                format!("The maximum number of filter values ({VALUES_MAX}) has been exceeded"),
            ));
        }
        Ok(Filters(given))
    }

    /// Whether what has these tags, and under each name these values, is wanted.
    pub(super) fn pass(&self, tags: &Tags, values: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|filter| {
            let name = filter.name.as_deref().unwrap_or_default();
            let had: Vec<String> = match name.strip_prefix("tag:") {
                Some(key) => tags.get(key).cloned().into_iter().collect(),
                None if name == "tag-key" => tags.keys().cloned().collect(),
                None => values(name),
            };
            let wanted = filter.values.as_deref().unwrap_or_default();
            had.iter().any(|had| wanted.iter().any(|wanted| matches(wanted, had)))
        })
    }
}

/// Goes back to the last `*` only, which bounds a match by text × pattern.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut token) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(token) {
            Some('*') => {
                token += 1;
                retry = Some((at, token));
            }
            Some(&each) if each == '?' || each == text[at] => {
                at += 1;
                token += 1;
            }
            Some(_) | None => match retry {
                Some((from, next)) => {
                    at = from + 1;
                    token = next;
                    retry = Some((at, next));
                }
                None => return false,
            },
        }
    }
    pattern[token..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_documented() {
        let table = [
            ("us-east-1a", "us-east-1a", true),
            ("us-east-1a", "us-east-1b", false),
            ("us-*", "us-east-1b", true),
            ("*1?", "us-east-1b", true),
            ("*east*x", "us-east-1b", false),
            ("a*", "A", false),
            ("", "", true),
            ("*", "", true),
        ];
        for (pattern, text, wanted) in table {
            assert_eq!(matches(pattern, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn filters_are_and_and_their_values_are_or() {
        let filter = |name: &str, values: &[&str]| ec2::Filter {
            name: Some(name.to_owned()),
            values: Some(values.iter().map(|&value| value.to_owned()).collect()),
        };
        let names = Names { known: &["color", "size"], absent: &["smell"] };
        let tags = Tags::from([("owner".to_owned(), "me".to_owned())]);
        let values = |name: &str| match name {
            "color" => vec!["red".to_owned(), "blue".to_owned()],
            "size" => vec!["big".to_owned()],
            _ => Vec::new(),
        };
        let table = [
            (vec![], true),
            (vec![filter("color", &["green", "blue"]), filter("size", &["big"])], true),
            (vec![filter("color", &["red"]), filter("size", &["small"])], false),
            (vec![filter("tag:owner", &["m?"]), filter("tag-key", &["owner"])], true),
            (vec![filter("tag:owner", &["you"])], false),
            (vec![filter("smell", &["*"])], false),
        ];
        for (given, wanted) in table {
            let filters = Filters::new(Some(&given), names).expect("known names");
            assert_eq!(filters.pass(&tags, values), wanted, "{given:?}");
        }
        let error = Filters::new(Some(&[filter("shape", &["x"])]), names).expect_err("unknown");
        assert_eq!(error.to_string(), "InvalidParameterValue: The filter 'shape' is invalid");
        assert!(Filters::new(Some(&[filter("color", &[])]), names).is_err());
    }
}
