//! AWS STS: the trait's methods, each in a file of its own.

mod get_caller_identity;

use aws_api::sts::{GetCallerIdentityRequest, GetCallerIdentityResponse, Sts};
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

impl Sts for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn get_caller_identity(
        &self,
        caller: &Caller,
        _input: GetCallerIdentityRequest,
    ) -> Result<GetCallerIdentityResponse, ApiError> {
        Ok(get_caller_identity::run(caller))
    }
}
