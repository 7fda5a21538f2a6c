//! Who owns a record: its account and region, and the names inside them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The account and region that a record lives in. A request sees only its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    pub account: String,
    pub region: String,
}

impl Scope {
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Scope {
        Scope { account: account.into(), region: region.into() }
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`.
    pub fn arn(&self, service: &str, resource: impl fmt::Display) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.account, self.region)
    }
}

/// An ARN taken apart; parsing is the only way to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn {
    pub service: String,
    pub scope: Scope,
    /// Everything after the fifth colon, for example `task/default/0123`.
    pub resource: String,
}

impl Arn {
    /// Reads `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`; `None` where it is not one. There is one
    /// partition: by another's name nothing is found.
    pub fn parse(text: &str) -> Option<Arn> {
        let mut parts = text.splitn(6, ':');
        let (prefix, partition) = (parts.next()?, parts.next()?);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        let resource = parts.next()?;
        if prefix != "arn" || partition != "aws" || service.is_empty() || resource.is_empty() {
            return None;
        }
        Some(Arn {
            service: service.to_owned(),
            scope: Scope::new(account, region),
            resource: resource.to_owned(),
        })
    }

    /// The resource without its type, where the type is `kind`: `task/default/01` -> `default/01`.
    pub fn resource_id(&self, kind: &str) -> Option<&str> {
        self.resource.strip_prefix(kind)?.strip_prefix('/').filter(|id| !id.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_and_put_together() {
        let text = "arn:aws:ecs:us-east-1:000000000000:task/default/01";
        let arn = Arn::parse(text).expect("a well-formed ARN");
        assert_eq!(arn.resource_id("task"), Some("default/01"));
        assert_eq!(arn.resource_id("service"), None);
        assert_eq!(arn.scope.arn("ecs", &arn.resource), text);
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        let other = "arn:aws-cn:ecs:r:a:x";
        for text in ["", "default", "arn:aws:ecs", "arn:aws:ecs:r:a:", "urn:aws:ecs:r:a:x", other] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
