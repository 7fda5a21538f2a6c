//! `DescribeLogGroups`: by name, by a part of it, or those that are identified.

use aws_api::logs::{DescribeLogGroupsRequest, DescribeLogGroupsResponse, LogGroupClass};
use observe::{GroupMatch, GroupQuery, LogGroup, LogsError};
use wire::ApiError;

use super::group;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeLogGroupsRequest,
) -> Result<DescribeLogGroupsResponse, ApiError> {
    refuse_given(
        &[
            ("accountIdentifiers", input.account_identifiers.is_some()),
            ("includeLinkedAccounts", input.include_linked_accounts == Some(true)),
        ],
        super::unsupported,
    )?;
    // Every group is of the standard class.
    if !matches!(input.log_group_class, None | Some(LogGroupClass::Standard)) {
        return Ok(answer(&[], None));
    }
    if let Some(identifiers) = input.log_group_identifiers.as_deref() {
        let groups = identified(api, caller, identifiers).await?;
        return Ok(answer(&groups, None));
    }
    let names = match (input.log_group_name_prefix, input.log_group_name_pattern) {
        (None, None) => GroupMatch::All,
        (Some(prefix), None) => GroupMatch::Prefix(prefix),
        (None, Some(pattern)) => GroupMatch::Substring(pattern),
        (Some(_), Some(_)) => {
            return Err(super::invalid(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive \
                 parameters.",
            ));
        }
    };
    let limit = super::count(input.limit);
    let query = GroupQuery { names, limit, next_token: input.next_token };
    let found = api.logs.describe_groups(caller.scope.clone(), query).await;
    let page = found.map_err(super::refusal)?;
    Ok(answer(&page.items, page.next_token))
}

fn answer(groups: &[LogGroup], next_token: Option<String>) -> DescribeLogGroupsResponse {
    DescribeLogGroupsResponse {
        log_groups: Some(groups.iter().map(group::render).collect()),
        next_token,
    }
}

/// Those of the identified groups that are there, by name.
async fn identified(
    api: &Api,
    caller: &Caller,
    identifiers: &[String],
) -> Result<Vec<LogGroup>, ApiError> {
    let mut groups = Vec::new();
    for identifier in identifiers {
        let key = group::identified(&caller.scope, identifier)?;
        match api.logs.describe_group(key).await {
            Ok(found) => groups.push(found),
            Err(LogsError::GroupNotFound) => {}
            Err(error) => return Err(super::refusal(error)),
        }
    }
    groups.sort_by(|one, other| one.key.cmp(&other.key));
    groups.dedup();
    Ok(groups)
}
