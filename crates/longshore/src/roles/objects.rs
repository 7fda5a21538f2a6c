//! What the object store asks of the rest: whose a key is, and what they may.

use std::sync::Arc;

use edge::{Credentials, Identity, LookupError};
use iam::{Caller, CallerKind, Compiled, Decision, Denial, Policies, Policy, PolicyKind, Request};
use model::Timestamp;
use objects::{Ask, Gate};

/// Decides by the bucket's policy; the root of the account that owns the bucket may do what that
/// does not deny.
pub(crate) struct Gatekeeper(pub(crate) Arc<dyn Credentials>);

impl Gate for Gatekeeper {
    fn identity(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Identity, LookupError> {
        self.0.lookup(access_key_id, session_token, now)
    }

    fn authorize(&self, identity: Option<&Identity>, ask: &Ask<'_>) -> Result<(), String> {
        let caller = identity.map_or_else(nobody, caller);
        let policy = ask.bucket_policy.map(|text| Policy::parse(text, PolicyKind::Resource));
        let policy = policy.transpose().map_err(|error| error.to_string())?;
        let compiled = policy.as_ref().map(Compiled::new);
        let resource = compiled.as_ref().map(|policy| ("bucket policy", policy));
        let mut context = ask.context.clone();
        if let Some(identity) = identity {
            context.set("aws:PrincipalAccount", vec![identity.account.clone()]);
            context.set("aws:PrincipalArn", vec![identity.principal_arn.clone()]);
        }
        let request = Request {
            caller: &caller,
            action: ask.action,
            resource: ask.resource,
            resource_account: ask.owner,
            context: &context,
        };
        match iam::decide(&request, &Policies { resource, ..Policies::default() }) {
            Decision::Allowed(_) => Ok(()),
            Decision::Denied(denial) => Err(sentence(identity, ask, &denial)),
        }
    }
}

fn caller(identity: &Identity) -> Caller {
    let root = format!("arn:aws:iam::{}:root", identity.account);
    let kind =
        if identity.principal_arn == root { CallerKind::Root } else { CallerKind::RoleSession };
    let (account, arns) = (identity.account.clone(), vec![identity.principal_arn.clone()]);
    Caller { kind, account, arns }
}

/// Nobody has, like a service, no account and no policies: only a resource that lets in everyone
/// lets it in.
fn nobody() -> Caller {
    Caller { kind: CallerKind::Service, account: String::new(), arns: Vec::new() }
}

/// COMPAT: "Troubleshoot access denied (403 Forbidden) errors in Amazon S3".
fn sentence(identity: Option<&Identity>, ask: &Ask<'_>, denial: &Denial) -> String {
    let Some(identity) = identity else { return "Access Denied".to_owned() };
    let Ask { action, resource, .. } = ask;
    let why = match denial {
        Denial::Explicit(_) => "with an explicit deny in a resource-based policy".to_owned(),
        Denial::Implicit(role) => {
            let kind = match role {
                iam::PolicyRole::Identity => "identity-based policy",
                iam::PolicyRole::Boundary => "permissions boundary",
                iam::PolicyRole::Session => "session policy",
                iam::PolicyRole::Resource => "resource-based policy",
            };
            format!("because no {kind} allows the {action} action")
        }
    };
    format!(
        "User: {} is not authorized to perform: {action} on resource: \"{resource}\" {why}",
        identity.principal_arn
    )
}

#[cfg(test)]
mod tests {
    use iam::Context;

    use super::*;

    struct Nothing;

    impl Credentials for Nothing {
        fn lookup(&self, _: &str, _: Option<&str>, _: Timestamp) -> Result<Identity, LookupError> {
            Err(LookupError::Unknown)
        }
    }

    fn root(account: &str) -> Identity {
        Identity {
            account: account.to_owned(),
            principal_arn: format!("arn:aws:iam::{account}:root"),
            secret: sigv4::SecretKey::new(""),
        }
    }

    fn check(identity: Option<&Identity>, policy: Option<&str>) -> String {
        let ask = Ask {
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/k",
            owner: "111111111111",
            context: &Context::default(),
            bucket_policy: policy,
        };
        let told = Gatekeeper(Arc::new(Nothing)).authorize(identity, &ask);
        told.map_or_else(|sentence| sentence, |()| "may".to_owned())
    }

    fn policy(effect: &str, principal: &str) -> String {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}",
               "Principal": {principal}, "Action": "s3:GetObject",
               "Resource": "arn:aws:s3:::b/*"}}]}}"#
        )
    }

    #[test]
    fn owners_may_and_others_as_the_bucket_says() {
        let (own, other) = (root("111111111111"), root("222222222222"));
        let denied = |account: &str, why: &str| {
            format!(
                "User: arn:aws:iam::{account}:root is not authorized to perform: s3:GetObject on \
                 resource: \"arn:aws:s3:::b/k\" {why}"
            )
        };
        let silent = "because no resource-based policy allows the s3:GetObject action";
        assert_eq!(check(Some(&own), None), "may");
        assert_eq!(check(Some(&other), None), denied("222222222222", silent));
        assert_eq!(check(None, None), "Access Denied");
        let everyone = policy("Allow", r#""*""#);
        assert_eq!(check(None, Some(&everyone)), "may");
        assert_eq!(check(Some(&other), Some(&everyone)), "may");
        let one = policy("Allow", r#"{"AWS": "222222222222"}"#);
        assert_eq!(check(Some(&other), Some(&one)), "may");
        assert_eq!(check(None, Some(&one)), "Access Denied");
        let nobody = policy("Deny", r#""*""#);
        let explicit = "with an explicit deny in a resource-based policy";
        assert_eq!(check(Some(&own), Some(&nobody)), denied("111111111111", explicit));
    }
}
