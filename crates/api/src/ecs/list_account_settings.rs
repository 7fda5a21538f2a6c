//! `ListAccountSettings`: what a principal has set, or what is in force for it.

use aws_api::ecs::{ListAccountSettingsRequest, ListAccountSettingsResponse, errors};
use wire::ApiError;

use super::account_setting::{self, Fact};
use super::listing::{self, Asked};
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 10" (`ListAccountSettings`).
const RESULTS_MAX: usize = 10;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAccountSettingsRequest,
) -> Result<ListAccountSettingsResponse, ApiError> {
    if input.value.is_some() && input.name.is_none() {
        return Err(errors::invalid_parameter_exception(
            "You must specify an account setting name to filter by value.",
        ));
    }
    let principal = account_setting::principal(caller, input.principal_arn.as_deref())?;
    let snapshot = api.snapshot();
    let is_effective = input.effective_settings == Some(true);
    let is_set = |fact: &Fact| {
        let id = format!("{principal}/{}", fact.name);
        snapshot.account_settings.get(&caller.scope, &id).is_some()
    };
    let is_asked = |fact: &Fact| {
        input.name.is_none_or(|name| fact.name == name)
            && input.value.as_ref().is_none_or(|value| fact.value == value)
    };
    let matching = account_setting::facts()
        .into_iter()
        .filter(|fact| is_asked(fact) && (is_effective || is_set(fact)));
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let page = listing::page(matching, |fact| fact.name.as_str().to_owned(), asked)?;
    Ok(ListAccountSettingsResponse {
        settings: Some(
            page.items.into_iter().map(|it| account_setting::render(it, &principal)).collect(),
        ),
        next_token: page.next_token,
    })
}
