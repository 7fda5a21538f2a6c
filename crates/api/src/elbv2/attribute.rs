//! `Attributes`: which there are, what each may be set to, and what it is unless set.
//
// COMPAT: names, ranges and defaults are those of `LoadBalancerAttribute`,
// `TargetGroupAttribute` and `ListenerAttribute` in the service model.

pub(super) mod listener;
pub(super) mod load_balancer;
pub(super) mod target_group;

use std::ops::RangeInclusive;

use model::Attributes;
use wire::ApiError;

/// One attribute of a kind of resource.
#[derive(Debug)]
pub(super) struct Attribute {
    pub key: &'static str,
    pub default: &'static str,
    pub accepts: Accepts,
}

/// What an attribute can be set to.
#[derive(Debug)]
pub(super) enum Accepts {
    /// Its default, since any other value would be stored and ignored.
    Default,
    Boolean,
    Number(RangeInclusive<u32>),
    /// A number of the range, or 0, which is off.
    NumberOrOff(RangeInclusive<u32>),
    /// One of the first; AWS knows the second too.
    OneOf(&'static [&'static str], &'static [&'static str]),
    CookieName,
}

/// The attributes of `held` with the given ones set.
pub(super) fn set<'a>(
    table: &[Attribute],
    held: &Attributes,
    given: impl IntoIterator<Item = (Option<&'a String>, Option<&'a String>)>,
) -> Result<Attributes, ApiError> {
    let mut held = held.clone();
    for (key, value) in given {
        let key = key.map(String::as_str).unwrap_or_default();
        let value = value.map(String::as_str).unwrap_or_default();
        let attribute = table
            .iter()
            .find(|attribute| attribute.key == key)
            .ok_or_else(|| super::invalid(format!("Attribute key '{key}' is not recognized")))?;
        if value == attribute.default {
            held.remove(key);
        } else {
            attribute.check(value)?;
            held.insert(key.to_owned(), value.to_owned());
        }
    }
    Ok(held)
}

/// Every attribute with its value, in the table's order.
pub(super) fn list(
    table: &'static [Attribute],
    held: &Attributes,
) -> impl Iterator<Item = (String, String)> {
    table.iter().map(|attribute| {
        let value = get(attribute, held).to_owned();
        (attribute.key.to_owned(), value)
    })
}

fn get<'a>(attribute: &'a Attribute, held: &'a Attributes) -> &'a str {
    held.get(attribute.key).map_or(attribute.default, String::as_str)
}

impl Attribute {
    const fn new(key: &'static str, default: &'static str, accepts: Accepts) -> Attribute {
        Attribute { key, default, accepts }
    }

    fn check(&self, value: &str) -> Result<(), ApiError> {
        let key = self.key;
        let invalid = |what: String| {
            Err(super::invalid(format!("Value '{value}' of attribute '{key}' must be {what}")))
        };
        let is_in =
            |range: &RangeInclusive<u32>| value.parse().is_ok_and(|number| range.contains(&number));
        match &self.accepts {
            Accepts::Default => Err(super::unsupported(format!(
                "attribute `{key}` other than `{}` is not supported by Longshore yet",
                self.default
            ))),
            Accepts::Boolean if matches!(value, "true" | "false") => Ok(()),
            Accepts::Boolean => invalid("'true' or 'false'".to_owned()),
            Accepts::Number(range) | Accepts::NumberOrOff(range) if is_in(range) => Ok(()),
            Accepts::Number(range) => {
                invalid(format!("between '{}' and '{}' inclusive", range.start(), range.end()))
            }
            Accepts::NumberOrOff(range) => invalid(format!(
                "'0' or between '{}' and '{}' inclusive",
                range.start(),
                range.end()
            )),
            Accepts::OneOf(known, _) if known.contains(&value) => Ok(()),
            Accepts::OneOf(_, later) if later.contains(&value) => Err(super::unsupported(format!(
                "value `{value}` of attribute `{key}` is not supported by Longshore yet"
            ))),
            Accepts::OneOf(known, _) => invalid(format!("one of '{}'", known.join("', '"))),
            Accepts::CookieName if is_cookie_name(value) => Ok(()),
            Accepts::CookieName => {
                invalid("the name of a cookie, and not begin with 'AWSALB'".to_owned())
            }
        }
    }
}

/// COMPAT: names that begin with `AWSALB` are the load balancer's own.
fn is_cookie_name(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token) && !text.starts_with("AWSALB")
}

#[cfg(test)]
mod tests;
