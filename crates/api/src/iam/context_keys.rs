//! The keys of requests' contexts that policies ask for.

use ::iam::Policy;

/// Each once, in order, as they are written where they are written first.
pub(super) fn of<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<String> {
    let mut keys: Vec<String> = policies.into_iter().flat_map(Policy::context_keys).collect();
    keys.sort_by_key(|key| key.to_lowercase());
    keys.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    keys
}

#[cfg(test)]
mod tests {
    use ::iam::PolicyKind;

    use super::*;

    #[test]
    fn keys_are_those_of_conditions_and_variables() {
        let text = r#"{
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::home/${aws:username}/${*}",
                "Condition": {
                    "DateGreaterThan": { "aws:CurrentTime": "2015-08-16T12:00:00Z" },
                    "StringEquals": { "s3:prefix": "${AWS:UserName}${aws:userid, 'x'}" }
                }
            }
        }"#;
        let policy = Policy::parse(text, PolicyKind::Identity).expect("a policy");
        let expected = ["aws:CurrentTime", "aws:userid", "aws:username", "s3:prefix"];
        assert_eq!(of([&policy, &policy]), expected);
        let older = text.replace("2012-10-17", "2008-10-17");
        let policy = Policy::parse(&older, PolicyKind::Identity).expect("a policy");
        assert_eq!(of([&policy]), ["aws:CurrentTime", "s3:prefix"]);
    }
}
