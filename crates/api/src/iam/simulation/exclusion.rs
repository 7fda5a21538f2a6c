//! Policies that a simulation leaves out, though the entity has them.
//
// COMPAT: `PolicyExclusionList` of `SimulatePrincipalPolicy`. "Syntactically valid identifiers that
// don't match any attached policy are ignored."

use ::iam::is_like;
use aws_api::iam::{
    AttachmentType, InlinePolicyIdentifierType, PolicyIdentifier, PolicyIdentifierPolicyType,
    PolicySourceType, errors,
};
use wire::ApiError;

use super::Source;
use crate::iam::policy;

/// What is left out.
#[derive(Debug)]
pub(in crate::iam) struct Exclusion<'a>(Vec<Identifier<'a>>);

#[derive(Debug)]
enum Identifier<'a> {
    Type(PolicyIdentifierPolicyType),
    /// May have wildcards in the name.
    Arn(&'a str),
    Inline(&'a InlinePolicyIdentifierType),
}

impl<'a> Exclusion<'a> {
    pub(in crate::iam) fn parse(given: &'a [PolicyIdentifier]) -> Result<Exclusion<'a>, ApiError> {
        given.iter().map(identifier).collect::<Result<_, _>>().map(Exclusion)
    }

    pub(in crate::iam) fn keeps(&self, source: &Source) -> bool {
        !self.0.iter().any(|one| one.names(source))
    }

    pub(in crate::iam) fn keeps_boundary(&self) -> bool {
        let is_it = |one: &Identifier<'_>| {
            matches!(one, Identifier::Type(PolicyIdentifierPolicyType::PermissionBoundary))
        };
        !self.0.iter().any(is_it)
    }
}

fn identifier(given: &PolicyIdentifier) -> Result<Identifier<'_>, ApiError> {
    match (given.policy_type, &given.policy_arn, &given.inline_policy_identifier) {
        (Some(kind), None, None) => Ok(Identifier::Type(kind)),
        (None, Some(arn), None) => {
            policy::check_arn(arn)?;
            let fixed = arn.rsplit_once('/').map_or("", |(fixed, _)| fixed);
            if fixed.contains(['*', '?']) || arn.matches('*').count() > 1 {
                return Err(errors::invalid_input_exception(format!(
                    "The policy identifier {arn} is not valid: wildcards are for the name, and it \
                     has one * at most."
                )));
            }
            Ok(Identifier::Arn(arn))
        }
        (None, None, Some(inline)) => Ok(Identifier::Inline(inline)),
        _ => Err(errors::invalid_input_exception(
            "A policy identifier has one of PolicyType, PolicyArn and InlinePolicyIdentifier.",
        )),
    }
}

impl Identifier<'_> {
    fn names(&self, source: &Source) -> bool {
        match self {
            Identifier::Type(kind) => match kind {
                PolicyIdentifierPolicyType::Inline => source.holder.is_some(),
                PolicyIdentifierPolicyType::AwsManaged => {
                    source.kind == PolicySourceType::AwsManaged
                }
                PolicyIdentifierPolicyType::UserManaged => {
                    source.kind == PolicySourceType::UserManaged
                }
                // It has none of an organization.
                PolicyIdentifierPolicyType::PermissionBoundary
                | PolicyIdentifierPolicyType::Scp
                | PolicyIdentifierPolicyType::Rcp => false,
            },
            Identifier::Arn(pattern) => {
                source.arn.as_deref().is_some_and(|arn| is_like(pattern, arn))
            }
            Identifier::Inline(inline) => {
                let kind = match inline.attachment_type {
                    AttachmentType::User => PolicySourceType::User,
                    AttachmentType::Group => PolicySourceType::Group,
                    AttachmentType::Role => PolicySourceType::Role,
                };
                source.kind == kind
                    && source.name == inline.policy_name
                    && source.holder.as_ref() == Some(&inline.attachment_name)
            }
        }
    }
}
