//! AWS STS: the trait's methods, each in a file of its own.

mod assume_role;
mod decode_authorization_message;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;
mod rendering;
mod session_tags;

use aws_api::sts::{self, Sts};
use wire::{ApiError, Request, Value};

use crate::operations::operations;
use crate::{Api, Caller};

impl Sts for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        assume_role(&sts::AssumeRoleRequest) -> sts::AssumeRoleResponse;
        get_access_key_info(&sts::GetAccessKeyInfoRequest) -> sts::GetAccessKeyInfoResponse;
        get_session_token(&sts::GetSessionTokenRequest) -> sts::GetSessionTokenResponse;
    }

    async fn decode_authorization_message(
        &self,
        _caller: &Caller,
        input: sts::DecodeAuthorizationMessageRequest,
    ) -> Result<sts::DecodeAuthorizationMessageResponse, ApiError> {
        decode_authorization_message::run(self, &input)
    }

    async fn get_caller_identity(
        &self,
        caller: &Caller,
        _input: sts::GetCallerIdentityRequest,
    ) -> Result<sts::GetCallerIdentityResponse, ApiError> {
        Ok(get_caller_identity::run(caller))
    }
}
