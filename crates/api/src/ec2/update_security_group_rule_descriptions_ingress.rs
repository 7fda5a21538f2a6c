//! `UpdateSecurityGroupRuleDescriptionsIngress`: what ingress rules are said to be for.

use aws_api::ec2::{
    UpdateSecurityGroupRuleDescriptionsIngressRequest,
    UpdateSecurityGroupRuleDescriptionsIngressResult,
};
use model::TrafficDirection;
use wire::ApiError;

use super::describe;
use super::rule_descriptions::{self, Descriptions};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
) -> Result<UpdateSecurityGroupRuleDescriptionsIngressResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let wanted = Descriptions {
        named: (input.group_id.as_deref(), input.group_name.as_deref()),
        direction: TrafficDirection::Ingress,
        permissions: input.ip_permissions.as_deref().unwrap_or_default(),
        by_id: input.security_group_rule_descriptions.as_deref().unwrap_or_default(),
    };
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| rule_descriptions::update(turn, wanted)).await?;
    Ok(UpdateSecurityGroupRuleDescriptionsIngressResult { r#return: Some(true) })
}
