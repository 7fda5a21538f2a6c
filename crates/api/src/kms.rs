//! AWS KMS: the trait's methods, each in a file of its own.

use aws_api::kms::Kms;
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

impl Kms for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }
}
