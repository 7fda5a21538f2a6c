//! A refusal, in the words and by the code that the service has for it.
//
// COMPAT: "Troubleshoot access denied error messages"; EC2's is in "Error codes for the Amazon EC2
// API" (`UnauthorizedOperation`), with the reasons in a message that only
// `sts:DecodeAuthorizationMessage` reads.

use iam::{Denial, PolicyRole};
use serde_json::json;
use vault::Vault;
use wire::{ApiError, Protocol, Service};

/// What sealed messages of refusals are for.
pub(crate) const MESSAGE_PURPOSE: &str = "authorization-message";

/// One action on one resource that a caller may not do.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) denial: Denial,
}

impl Refused {
    /// `User: … is not authorized to perform: … on resource: … because …`
    pub(crate) fn sentence(&self) -> String {
        let Refused { principal, action, resource, denial } = self;
        let why = why(action, denial);
        format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} {why}"
        )
    }

    /// Of the sentence, what follows the resource.
    pub(crate) fn reason(&self) -> String {
        why(&self.action, &self.denial)
    }

    pub(crate) fn error(&self, service: &Service, vault: &Vault) -> ApiError {
        let sentence = self.sentence();
        match service.protocol {
            Protocol::Ec2 => {
                let sealed = vault.seal_token(self.encoded().as_bytes(), MESSAGE_PURPOSE);
                let message = format!(
                    "You are not authorized to perform this operation. {sentence}. Encoded \
                     authorization failure message: {sealed}"
                );
                ApiError::client("UnauthorizedOperation", message).status(403)
            }
            Protocol::Query => ApiError::client("AccessDenied", sentence).status(403),
            Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
                ApiError::client("AccessDeniedException", sentence).status(400)
            }
        }
    }

    /// What `DecodeAuthorizationMessage` gives.
    fn encoded(&self) -> String {
        let (is_explicit, statement) = match &self.denial {
            Denial::Explicit(grounds) => (true, Some(grounds)),
            Denial::Implicit(_) => (false, None),
        };
        let matched = statement
            .map(|grounds| json!({ "policy": grounds.policy, "statement": grounds.statement }));
        let matched: Vec<_> = matched.into_iter().collect();
        json!({
            "allowed": false,
            "explicitDeny": is_explicit,
            "matchedStatements": { "items": matched },
            "context": {
                "principal": { "arn": self.principal },
                "action": self.action,
                "resource": self.resource,
            },
        })
        .to_string()
    }
}

fn why(action: &str, denial: &Denial) -> String {
    match denial {
        Denial::Explicit(grounds) => {
            let article = if grounds.role == PolicyRole::Identity { "an" } else { "a" };
            format!("with an explicit deny in {article} {}", role_name(grounds.role))
        }
        Denial::Implicit(role) => {
            format!("because no {} allows the {action} action", role_name(*role))
        }
    }
}

pub(super) fn role_name(role: PolicyRole) -> &'static str {
    match role {
        PolicyRole::Identity => "identity-based policy",
        PolicyRole::Boundary => "permissions boundary",
        PolicyRole::Session => "session policy",
        PolicyRole::Resource => "resource-based policy",
    }
}

#[cfg(test)]
mod tests {
    use iam::Grounds;

    use super::*;

    fn told(denial: Denial) -> String {
        let refused = Refused {
            principal: "arn:aws:iam::1:user/ann".to_owned(),
            action: "ecs:RunTask".to_owned(),
            resource: "arn:aws:ecs:r:1:task-definition/web:1".to_owned(),
            denial,
        };
        let sentence = refused.sentence();
        let (_, why) = sentence.split_once(" on resource: ").expect("it names the resource");
        why.to_owned()
    }

    #[test]
    fn a_refusal_says_what_is_missing_or_what_forbids() {
        let on = "arn:aws:ecs:r:1:task-definition/web:1";
        assert_eq!(
            told(Denial::Implicit(PolicyRole::Identity)),
            format!("{on} because no identity-based policy allows the ecs:RunTask action")
        );
        assert_eq!(
            told(Denial::Implicit(PolicyRole::Boundary)),
            format!("{on} because no permissions boundary allows the ecs:RunTask action")
        );
        let grounds = |role| Grounds { role, policy: "p".to_owned(), statement: 0 };
        assert_eq!(
            told(Denial::Explicit(grounds(PolicyRole::Identity))),
            format!("{on} with an explicit deny in an identity-based policy")
        );
        assert_eq!(
            told(Denial::Explicit(grounds(PolicyRole::Resource))),
            format!("{on} with an explicit deny in a resource-based policy")
        );
    }
}
