//! `DescribeSecurityGroupRules`: the rules of the region's security groups.

use aws_api::ec2::{DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::security_group;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeSecurityGroupRulesRequest,
) -> Result<DescribeSecurityGroupRulesResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let wanted = Wanted {
        ids: input.security_group_rule_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let groups = snapshot.security_groups.list(&caller.scope);
    let rules = groups.flat_map(|group| security_group::rules(group));
    let page = describe::select(&snapshot, rules, wanted)?;
    let shown = page.items.into_iter().map(security_group::render_rule);
    Ok(DescribeSecurityGroupRulesResult {
        next_token: page.next_token,
        security_group_rules: Some(shown.collect()),
    })
}
