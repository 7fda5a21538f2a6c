//! Who may do what: the port to the policies.

use std::fmt;

use dynamodb::Ask;
use edge::RequestContext;
use wire::ApiError;

/// Decides on what a request asks.
pub trait Authorize: fmt::Debug + Send + Sync + 'static {
    /// Refuses with [`denied`].
    fn authorize(&self, caller: &RequestContext, ask: &Ask) -> Result<(), ApiError>;
}

/// A denial in DynamoDB's words. `because` says which kind of policy decides, for example
/// `no identity-based policy allows the dynamodb:GetItem action`.
pub fn denied(caller: &RequestContext, ask: &Ask, because: &str) -> ApiError {
    let (principal, action, resource) = (caller.principal.arn(), ask.action, &ask.resource);
    let message = format!(
        "User: {principal} is not authorized to perform: {action} on resource: {resource} \
         because {because}"
    );
    ApiError::client("AccessDeniedException", message)
}
