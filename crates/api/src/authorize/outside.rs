//! Calls of services that are not served here, decided on as all others are.

use std::fmt;

use iam::{Context, Policy, PolicyKind, ResourceRule};

use super::denial::Refused;
use super::{Ask, ResourcePolicy, scene};
use crate::{Api, Caller, principals};

/// One action on one resource, of a service that knows its own resources.
#[derive(Clone, Copy, Debug)]
pub struct OutsideCall<'a> {
    /// For example `s3:GetObject`.
    pub action: &'a str,
    pub resource: &'a str,
    /// The account that owns the resource.
    pub owner: &'a str,
    /// Condition keys of the service; the caller's are added to them.
    pub context: &'a Context,
    /// The text of the resource's own policy.
    pub resource_policy: Option<&'a str>,
}

/// Why a call is refused.
#[derive(Clone, Debug)]
pub struct Refusal(Refused);

impl Refusal {
    /// `User: … is not authorized to perform: … on resource: … because …`
    pub fn sentence(&self) -> String {
        self.0.sentence()
    }

    /// Of the sentence, what follows the resource.
    pub fn reason(&self) -> String {
        self.0.reason()
    }

    pub fn principal(&self) -> &str {
        &self.0.principal
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence())
    }
}

impl Api {
    /// Whether there is everybody whom a policy names of this account.
    pub fn knows_principals(&self, account: &str, policy: &Policy) -> bool {
        principals::unknown(&self.snapshot(), account, policy).is_none()
    }

    /// Decides by the caller's policies and the resource's; `None` is nobody, who has none.
    pub fn authorize_outside(
        &self,
        caller: Option<&Caller>,
        call: &OutsideCall<'_>,
    ) -> Result<(), Refusal> {
        let snapshot = self.snapshot();
        let context = || {
            let known = caller.map(|caller| scene::of_caller(caller, &snapshot));
            let mut context = known.unwrap_or_default();
            context.add_all(call.context.clone());
            context
        };
        let resource_policy = call.resource_policy.map(|text| ResourcePolicy {
            kind: PolicyKind::Resource,
            text: text.to_owned(),
            rule: ResourceRule::MayAllow,
        });
        let ask = Ask {
            principal: caller.map(|caller| &*caller.principal),
            action: call.action,
            resource: call.resource,
            context: &context,
            resource_policy: resource_policy.as_ref(),
            owner: call.owner,
        };
        self.decide(&snapshot, &ask).map_err(|refused| {
            if let Some(caller) = caller {
                self.denials.note(&refused, caller.now);
            }
            tracing::info!(denied = refused.sentence(), "denied");
            Refusal(refused)
        })
    }
}
