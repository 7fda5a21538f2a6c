//! `DeleteAccountSetting`: forgets that a principal has set a setting.

use aws_api::ecs::{DeleteAccountSettingRequest, DeleteAccountSettingResponse};
use wire::ApiError;

use super::account_setting;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteAccountSettingRequest,
) -> Result<DeleteAccountSettingResponse, ApiError> {
    let principal = account_setting::principal(caller, input.principal_arn.as_deref())?;
    let id = format!("{principal}/{}", input.name);
    api.transact(caller, |turn| {
        if let Some(known) = turn.snapshot.account_settings.get(turn.scope(), &id) {
            turn.plan.delete(known);
        }
        Ok(())
    })
    .await?;
    let setting = account_setting::render(account_setting::fact(input.name), &principal);
    Ok(DeleteAccountSettingResponse { setting: Some(setting) })
}
