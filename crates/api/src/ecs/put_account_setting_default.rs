//! `PutAccountSettingDefault`: accepts what is so; see [`super::account_setting`].

use aws_api::ecs::{PutAccountSettingDefaultRequest, PutAccountSettingDefaultResponse};
use wire::ApiError;

use super::account_setting;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutAccountSettingDefaultRequest,
) -> Result<PutAccountSettingDefaultResponse, ApiError> {
    let root = account_setting::root(caller);
    let made = account_setting::accept(caller, (input.name, &input.value), root.clone())?;
    api.transact(caller, |turn| {
        account_setting::put(turn, made.clone());
        Ok(())
    })
    .await?;
    let setting = account_setting::render(account_setting::fact(input.name), &root);
    Ok(PutAccountSettingDefaultResponse { setting: Some(setting) })
}
