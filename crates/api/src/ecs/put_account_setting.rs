//! `PutAccountSetting`: accepts what is so; see [`super::account_setting`].

use aws_api::ecs::{PutAccountSettingRequest, PutAccountSettingResponse};
use wire::ApiError;

use super::account_setting;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutAccountSettingRequest,
) -> Result<PutAccountSettingResponse, ApiError> {
    let principal = account_setting::principal(caller, input.principal_arn.as_deref())?;
    let made = account_setting::accept(caller, (input.name, &input.value), principal.clone())?;
    api.transact(caller, |turn| {
        account_setting::put(turn, made.clone());
        Ok(())
    })
    .await?;
    let setting = account_setting::render(account_setting::fact(input.name), &principal);
    Ok(PutAccountSettingResponse { setting: Some(setting) })
}
