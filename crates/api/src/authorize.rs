//! Whether a caller may do what it asks for.

use model::principal::Identity;
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

impl Api {
    pub(crate) fn authorize(
        &self,
        caller: &Caller,
        asked: &Request<'_>,
        _input: &Value,
    ) -> Result<(), ApiError> {
        match caller.principal.identity {
            Identity::Root => Ok(()),
            Identity::User { .. } | Identity::Role { .. } => {
                let action = format!("{}:{}", asked.service.signing_name, asked.operation.name);
                let arn = caller.principal_arn();
                tracing::info!(arn, action, revision = self.snapshot().revision, "denied");
                let message = format!("User: {arn} is not authorized to perform: {action}");
                Err(ApiError::client("AccessDenied", message).status(403))
            }
        }
    }
}
