//! Tables by name and by ARN.

use model::Scope;
use wire::ApiError;

/// LIMIT: DynamoDB's own, "Naming rules".
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=255;

/// Whether a table may be called so.
pub fn is_table_name(name: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.');
    NAME_LENGTH.contains(&name.len()) && name.bytes().all(is_word)
}

/// The name of a table that is given by name or by ARN.
///
/// A name that no table can have comes back as it is, for the engine to refuse in its words.
pub(crate) fn table_name(given: &str, scope: &Scope) -> Result<String, ApiError> {
    if !given.starts_with("arn:") {
        return Ok(given.to_owned());
    }
    table_of_arn(given, scope, |arn| format!("Invalid table name or ARN: {arn}"))
}

/// The name of the table that a tag's `ResourceArn` names.
pub(crate) fn tagged_table(arn: &str, scope: &Scope) -> Result<String, ApiError> {
    let invalid =
        |arn: &str| format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}");
    table_of_arn(arn, scope, invalid)
}

/// The ARN of a table, or of what stands for many: `*`.
pub(crate) fn table_arn(scope: &Scope, name: &str) -> String {
    format!("arn:aws:dynamodb:{}:{}:table/{name}", scope.region, scope.account)
}

pub(crate) fn index_arn(scope: &Scope, table: &str, index: &str) -> String {
    format!("{}/index/{index}", table_arn(scope, table))
}

fn table_of_arn(arn: &str, scope: &Scope, invalid: fn(&str) -> String) -> Result<String, ApiError> {
    let refuse = || ApiError::client("ValidationException", invalid(arn));
    let rest = arn.strip_prefix("arn:aws:dynamodb:").ok_or_else(refuse)?;
    let mut parts = rest.splitn(3, ':');
    let (region, account) = (parts.next(), parts.next());
    let name = parts.next().and_then(|it| it.strip_prefix("table/")).ok_or_else(refuse)?;
    if !is_table_name(name) {
        return Err(refuse());
    }
    if account != Some(&scope.account) {
        // COMPAT: another account's table is reached by its resource policy only, and there is
        // none here.
        let message = format!(
            "access to `{arn}` is denied: it is another account's, and no resource-based policy \
             allows it"
        );
        return Err(ApiError::client("AccessDeniedException", message));
    }
    if region != Some(&scope.region) {
        return Err(ApiError::client("ResourceNotFoundException", "Requested resource not found"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let scope = Scope::new("000000000000", "us-east-1");
        let actual = match table_name(given, &scope) {
            Ok(name) => name,
            Err(error) => error.code.into_owned(),
        };
        assert_eq!(actual, expected, "{given}");
    }

    #[test]
    fn a_table_has_a_name_and_an_arn() {
        check("orders", "orders");
        check("arn:aws:dynamodb:us-east-1:000000000000:table/orders", "orders");
        check("x", "x");
    }

    #[test]
    fn an_arn_of_something_else_is_refused() {
        check(
            "arn:aws:dynamodb:us-east-1:000000000000:table/orders/index/x",
            "ValidationException",
        );
        check("arn:aws:dynamodb:us-east-1:000000000000:table/", "ValidationException");
        check("arn:aws:dynamodb:us-east-1:000000000000", "ValidationException");
        check("arn:aws:s3:::orders", "ValidationException");
        check("arn:aws:dynamodb:us-east-1:111111111111:table/orders", "AccessDeniedException");
        check("arn:aws:dynamodb:eu-west-1:000000000000:table/orders", "ResourceNotFoundException");
    }
}
