//! `GetParameter`: one parameter by its name or ARN, of a version or label.

use aws_api::ssm::{GetParameterRequest, GetParameterResult};
use wire::ApiError;

use super::value::{self, Decryption};
use super::{name, render};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetParameterRequest,
) -> Result<GetParameterResult, ApiError> {
    name::check_looked_for(&input.name)?;
    let snapshot = api.snapshot();
    let found = name::find(&snapshot, &caller.scope, &input.name)
        .map_err(|missing| super::missing(&missing))?;
    let decryption = Decryption::of(input.with_decryption);
    let keys = value::on_behalf(api, (caller, &snapshot));
    let shown = render::with_value(keys, &found, decryption)?;
    Ok(GetParameterResult { parameter: Some(shown) })
}
