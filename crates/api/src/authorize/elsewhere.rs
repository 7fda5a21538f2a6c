//! What is asked for a service whose requests are not decoded by our schemas.

use ::iam::Context;

use super::{Ask, scene};
use crate::{Api, Caller};

impl Api {
    /// Whether the caller may do the action on the resource, by its ARN, with the condition keys
    /// that are the request's own. What comes back of a denial is its sentence.
    pub fn authorize_asked(
        &self,
        caller: &Caller,
        (action, resource): (&str, &str),
        keys: &Context,
    ) -> Result<(), String> {
        let snapshot = self.snapshot();
        let context = scene::of_caller(caller, &snapshot).and(keys);
        let ask = Ask {
            principal: &caller.principal,
            action,
            resource,
            context: &context,
            resource_policy: None,
            owner: &caller.scope.account,
        };
        self.decide(&snapshot, &ask).map(|_| ()).map_err(|refused| {
            self.denials.note(&refused, caller.now);
            tracing::info!(request_id = caller.request_id, denied = refused.sentence(), "denied");
            refused.sentence()
        })
    }
}
