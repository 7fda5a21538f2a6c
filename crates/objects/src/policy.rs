//! What is taken for a bucket's policy.
//!
//! COMPAT: "Policies and permissions in Amazon S3": its statements are about this bucket and what
//! is in it, and about S3's actions.

use iam::{Actions, Malformed, Policy, PolicyKind, Resources};
use s3s::{S3Error, S3Result, s3_error};

use crate::arrival::bucket_arn;
use crate::bucket_rows::Bucket;
use crate::gate::Gate;
use crate::limits::POLICY_BYTES_MAX;

const NO_PRINCIPAL: &str = "Invalid principal in policy";

pub(crate) fn check(text: &str, bucket: &Bucket, gate: &dyn Gate) -> S3Result<()> {
    let policy = parse(text, &bucket.name)?;
    if gate.knows_principals(&bucket.account, &policy) {
        return Ok(());
    }
    Err(malformed(NO_PRINCIPAL))
}

fn parse(text: &str, bucket: &str) -> S3Result<Policy> {
    if text.len() > POLICY_BYTES_MAX {
        return Err(malformed("Policies must not be larger than 20 KB"));
    }
    let policy = Policy::parse(text, PolicyKind::Resource).map_err(|error| match error {
        Malformed::Syntax if !text.trim_start().starts_with('{') => {
            malformed("Policies must be valid JSON and the first byte must be '{'")
        }
        Malformed::NoPrincipal => malformed("Missing required field Principal"),
        Malformed::InvalidPrincipal(_) => malformed(NO_PRINCIPAL),
        Malformed::NoArn(_) => malformed("Policy has invalid resource"),
        Malformed::NoVendor => malformed("Policy has invalid action"),
        other => malformed(other.to_string()),
    })?;
    for statement in &policy.statements {
        let (Actions::Are(actions) | Actions::AreNot(actions)) = &statement.actions;
        if !actions.iter().all(|action| is_of_s3(action)) {
            return Err(malformed("Policy has invalid action"));
        }
        let are_ours = match &statement.resources {
            Resources::Owner => false,
            Resources::Are(all) | Resources::AreNot(all) => {
                all.iter().all(|one| is_in(one, bucket))
            }
        };
        if !are_ours {
            return Err(malformed("Policy has invalid resource"));
        }
    }
    Ok(policy)
}

fn is_of_s3(action: &str) -> bool {
    action == "*" || action.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("s3:"))
}

fn is_in(resource: &str, bucket: &str) -> bool {
    let rest = resource.strip_prefix(&bucket_arn(bucket));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == "*")
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    let mut error = s3_error!(MalformedPolicy);
    error.set_message(message);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(statement: &str, expected: &str) {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
        let told = parse(&text, "b").err().and_then(|error| error.message().map(str::to_owned));
        assert_eq!(told.unwrap_or_default(), expected, "{statement}");
    }

    #[test]
    fn policies_are_about_the_bucket() {
        let statement = |action: &str, resource: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": "*", "Action": "{action}",
                   "Resource": "{resource}"}}"#
            )
        };
        refused(&statement("s3:GetObject", "arn:aws:s3:::b/*"), "");
        refused(&statement("s3:*", "arn:aws:s3:::b"), "");
        refused(&statement("s3:GetObject", "arn:aws:s3:::bb/*"), "Policy has invalid resource");
        refused(&statement("s3:GetObject", "b"), "Policy has invalid resource");
        refused(&statement("ec2:RunInstances", "arn:aws:s3:::b"), "Policy has invalid action");
        refused(
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}"#,
            "Missing required field Principal",
        );
        let told = parse("nothing", "b").expect_err("it is no policy");
        assert_eq!(
            told.message(),
            Some("Policies must be valid JSON and the first byte must be '{'")
        );
    }
}
