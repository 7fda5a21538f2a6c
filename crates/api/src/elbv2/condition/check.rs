//! What one value of a condition may be.

use std::net::IpAddr;

use wire::ApiError;

/// LIMIT: COMPAT: "The maximum length of each string is 128 characters."
const LENGTH_MAX: usize = 128;

/// LIMIT: COMPAT: of a method and of the name of a header.
const NAME_LENGTH_MAX: usize = 40;

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Host,
    Path,
    Header,
    Method,
    Query,
    Network,
}

/// The values, if there is one and each can be what it stands for.
pub(super) fn all(part: Part, values: Vec<String>) -> Result<Vec<String>, ApiError> {
    if values.is_empty() {
        return Err(super::super::invalid("A condition value must be specified"));
    }
    for value in &values {
        if value.is_empty() {
            return Err(super::super::invalid("A condition value cannot be empty"));
        }
        if value.chars().count() > part.length_max() {
            return Err(super::super::invalid(format!(
                "Condition value '{value}' cannot be longer than '{}' characters",
                part.length_max()
            )));
        }
        if !part.allows(value) {
            return Err(super::super::invalid(format!(
                "Condition value '{value}' {}",
                part.complaint()
            )));
        }
    }
    Ok(values)
}

pub(super) fn header_name(name: String) -> Result<String, ApiError> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let problem = if name.is_empty() {
        "must be specified"
    } else if name.len() > NAME_LENGTH_MAX {
        "cannot be longer than '40' characters"
    } else if !name.bytes().all(is_token) {
        "contains characters that are not valid"
    } else if name.eq_ignore_ascii_case("host") {
        "cannot be the host header; use a 'host-header' condition"
    } else {
        return Ok(name);
    };
    Err(super::super::invalid(format!("HTTP header name '{name}' {problem}")))
}

impl Part {
    fn length_max(self) -> usize {
        match self {
            Part::Host | Part::Path | Part::Header | Part::Query | Part::Network => LENGTH_MAX,
            Part::Method => NAME_LENGTH_MAX,
        }
    }

    fn allows(self, value: &str) -> bool {
        let has_only = |others: &[u8]| {
            value.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
        };
        match self {
            Part::Host => has_only(b"-.*?"),
            Part::Path => has_only(b"_-.$/~\"'@:+&*?"),
            Part::Header => value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()),
            Part::Query => value.bytes().all(|byte| byte.is_ascii_graphic()),
            Part::Method => {
                value.bytes().all(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte))
            }
            Part::Network => is_network(value),
        }
    }

    fn complaint(self) -> &'static str {
        match self {
            Part::Network => "is not a block of addresses in CIDR notation",
            Part::Host | Part::Path | Part::Header | Part::Query | Part::Method => {
                "contains a character that is not valid"
            }
        }
    }
}

fn is_network(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    prefix.parse::<u32>().is_ok_and(|prefix| prefix <= longest)
}
