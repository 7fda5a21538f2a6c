//! Policies of parameters, of which one is honoured: `Expiration`.
//
// COMPAT: "Assigning parameter policies in Parameter Store".

use aws_api::ssm::{ParameterInlinePolicy, errors};
use model::{Parameter, ParameterExpiration, Timestamp};
use serde_json::Value;
use wire::ApiError;

/// LIMIT: policies of one parameter (`PoliciesLimitExceededException`).
const POLICIES_MAX: usize = 10;

const EXPIRATION: &str = "Expiration";

/// Reads `Policies`. An empty list, or one of empty policies, is none.
pub(super) fn parse(text: &str, now: Timestamp) -> Result<Option<ParameterExpiration>, ApiError> {
    let malformed = || {
        errors::invalid_policy_attribute_exception(
            "The policies are not a JSON array of objects with a Type, a Version and Attributes.",
        )
    };
    let policies: Vec<Value> = serde_json::from_str(text).map_err(|_| malformed())?;
    if policies.len() > POLICIES_MAX {
        return Err(errors::policies_limit_exceeded_exception(format!(
            "A parameter can have at most {POLICIES_MAX} policies."
        )));
    }
    let mut found = None;
    for policy in &policies {
        let members = policy.as_object().ok_or_else(malformed)?;
        if members.is_empty() {
            continue;
        }
        let read = expiration(policy, now)?;
        if found.replace(read).is_some() {
            return Err(errors::incompatible_policy_exception(
                "A parameter can have only one policy of the type Expiration.",
            ));
        }
    }
    Ok(found)
}

fn expiration(policy: &Value, now: Timestamp) -> Result<ParameterExpiration, ApiError> {
    let invalid = |what: &str| Err(errors::invalid_policy_attribute_exception(what));
    match policy["Type"].as_str() {
        Some(EXPIRATION) => {}
        Some(kind @ ("ExpirationNotification" | "NoChangeNotification")) => {
            return Err(errors::invalid_policy_type_exception(format!(
                "`{kind}` is not supported by Longshore yet"
            )));
        }
        Some(_) | None => {
            return Err(errors::invalid_policy_type_exception(
                "The policy type is not supported. Parameter Store supports the following policy \
                 types: Expiration, ExpirationNotification, and NoChangeNotification.",
            ));
        }
    }
    let attributes = policy["Attributes"].as_object();
    let timestamp = attributes.filter(|it| it.len() == 1).and_then(|it| it.get("Timestamp"));
    let at = timestamp.and_then(Value::as_str).and_then(wire::from_iso8601);
    let is_whole = policy.as_object().is_some_and(|policy| policy.len() == 3);
    match at {
        _ if !is_whole || policy["Version"].as_str() != Some("1.0") => {
            invalid("An Expiration policy has a Type, the Version 1.0 and Attributes.")
        }
        None => invalid(
            "An Expiration policy has one attribute, a Timestamp such as \
             2030-01-31T12:00:00.000Z.",
        ),
        Some(at) if at <= now => invalid("The Timestamp of an Expiration policy is in the past."),
        Some(at) => Ok(ParameterExpiration { at, text: policy.to_string() }),
    }
}

pub(super) fn render(parameter: &Parameter) -> Vec<ParameterInlinePolicy> {
    let policy = |expires: &ParameterExpiration| ParameterInlinePolicy {
        policy_text: Some(expires.text.clone()),
        policy_type: Some(EXPIRATION.to_owned()),
        policy_status: Some("Pending".to_owned()),
    };
    parameter.expires.iter().map(policy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = concat!(
        r#"{"Type":"Expiration","Version":"1.0","#,
        r#""Attributes":{"Timestamp":"2030-01-31T12:00:00.000Z"}}"#
    );

    fn told(text: &str) -> Result<Option<i64>, String> {
        let read = parse(text, Timestamp::from_secs(1_700_000_000));
        let read = read.map(|found| found.map(|it| it.at.as_millis() / 1000));
        read.map_err(|error| error.code.into_owned())
    }

    #[test]
    fn an_expiration_is_read() {
        assert_eq!(told(&format!("[{ONE}]")), Ok(Some(1_896_091_200)));
        assert_eq!(told("[]"), Ok(None));
        assert_eq!(told("[{}]"), Ok(None));
    }

    #[test]
    fn what_is_not_honoured_is_refused() {
        let attribute = Err("InvalidPolicyAttributeException".to_owned());
        for text in [
            "",
            "{}",
            "[1]",
            &format!("[{}]", ONE.replace("2030", "2020")),
            &format!("[{}]", ONE.replace("2030-01-31T12", "soon")),
            &format!("[{}]", ONE.replace("1.0", "2.0")),
            &format!("[{}]", ONE.replace("Timestamp", "Time")),
            &format!("[{}]", ONE.replace(r#""Version""#, r#""Other":1,"Version""#)),
        ] {
            assert_eq!(told(text), attribute, "{text}");
        }
        let kind = Err("InvalidPolicyTypeException".to_owned());
        for other in ["Other", "NoChangeNotification", "ExpirationNotification"] {
            assert_eq!(told(&format!("[{}]", ONE.replace("Expiration", other))), kind, "{other}");
        }
        let twice = Err("IncompatiblePolicyException".to_owned());
        assert_eq!(told(&format!("[{ONE},{ONE}]")), twice);
        let many = Err("PoliciesLimitExceededException".to_owned());
        assert_eq!(told(&format!("[{}]", ["{}"; 11].join(","))), many);
    }
}
