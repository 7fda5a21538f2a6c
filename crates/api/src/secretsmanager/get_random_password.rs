//! `GetRandomPassword`: characters that nobody can guess, by the caller's rules.

use aws_api::secretsmanager::{GetRandomPasswordRequest, GetRandomPasswordResponse};
use wire::ApiError;

use super::password::Rules;

pub(super) fn run(input: &GetRandomPasswordRequest) -> Result<GetRandomPasswordResponse, ApiError> {
    let password = Rules::new(input)?.password(vault::random_text);
    Ok(GetRandomPasswordResponse { random_password: Some(password.as_str().to_owned()) })
}
