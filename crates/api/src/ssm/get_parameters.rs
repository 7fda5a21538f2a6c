//! `GetParameters`: up to ten at once, in the order of their names.

use aws_api::ssm::{GetParametersRequest, GetParametersResult};
use wire::ApiError;

use super::value::{self, Decryption};
use super::{name, render};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetParametersRequest,
) -> Result<GetParametersResult, ApiError> {
    input.names.iter().try_for_each(|named| name::check_looked_for(named))?;
    let snapshot = api.snapshot();
    let decryption = Decryption::of(input.with_decryption);
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for named in &input.names {
        match name::find(&snapshot, &caller.scope, named) {
            Ok(one) => found.push(one),
            Err(_) => unknown.push(named.clone()),
        }
    }
    found.sort_by(|one, other| {
        (&one.parameter.name, one.number).cmp(&(&other.parameter.name, other.number))
    });
    let keys = value::on_behalf(api, (caller, &snapshot));
    let shown = found
        .iter()
        .map(|one| render::with_value(keys, one, decryption))
        .collect::<Result<_, _>>()?;
    Ok(GetParametersResult { parameters: Some(shown), invalid_parameters: Some(unknown) })
}
