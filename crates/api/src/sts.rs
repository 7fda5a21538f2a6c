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

use crate::{Api, Caller};

impl Sts for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn assume_role(
        &self,
        caller: &Caller,
        input: sts::AssumeRoleRequest,
    ) -> Result<sts::AssumeRoleResponse, ApiError> {
        assume_role::run(self, caller, &input)
    }

    async fn decode_authorization_message(
        &self,
        _caller: &Caller,
        input: sts::DecodeAuthorizationMessageRequest,
    ) -> Result<sts::DecodeAuthorizationMessageResponse, ApiError> {
        decode_authorization_message::run(self, &input)
    }

    async fn get_access_key_info(
        &self,
        caller: &Caller,
        input: sts::GetAccessKeyInfoRequest,
    ) -> Result<sts::GetAccessKeyInfoResponse, ApiError> {
        get_access_key_info::run(self, caller, &input)
    }

    async fn get_caller_identity(
        &self,
        caller: &Caller,
        _input: sts::GetCallerIdentityRequest,
    ) -> Result<sts::GetCallerIdentityResponse, ApiError> {
        Ok(get_caller_identity::run(caller))
    }

    async fn get_session_token(
        &self,
        caller: &Caller,
        input: sts::GetSessionTokenRequest,
    ) -> Result<sts::GetSessionTokenResponse, ApiError> {
        get_session_token::run(self, caller, &input)
    }
}
