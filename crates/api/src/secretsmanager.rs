//! AWS Secrets Manager: the trait's methods, each in a file of its own.

use aws_api::secretsmanager::SecretsManager;
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

impl SecretsManager for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }
}
