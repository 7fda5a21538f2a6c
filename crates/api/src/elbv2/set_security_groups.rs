//! `SetSecurityGroups`: puts a load balancer's interfaces into other groups.

use aws_api::elbv2::{
    EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum, SetSecurityGroupsInput,
    SetSecurityGroupsOutput,
};
use model::{Interface, LoadBalancer};
use wire::ApiError;

use super::{load_balancer, network};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, security_group_use};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: SetSecurityGroupsInput,
) -> Result<SetSecurityGroupsOutput, ApiError> {
    let enforce = input.enforce_security_group_inbound_rules_on_private_link_traffic;
    let is_off = enforce == Some(EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum::Off);
    refuse_given(
        &[("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", is_off)],
        super::unsupported,
    )?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &SetSecurityGroupsInput,
) -> Result<SetSecurityGroupsOutput, ApiError> {
    let known = load_balancer::find(turn.snapshot, turn.scope(), &input.load_balancer_arn)?;
    if input.security_groups.is_empty() {
        return Err(super::invalid("At least one security group must be specified"));
    }
    let wanted = (known.vpc_id.as_str(), input.security_groups.as_slice());
    let security_group_ids = network::security_groups(turn.snapshot, turn.scope(), wanted)?;
    for interface in network::interfaces(turn.snapshot, known) {
        let ids = security_group_ids.clone();
        let moved = Interface { security_group_ids: ids, ..(*interface.record).clone() };
        turn.plan.update(interface, moved);
    }
    let changed =
        LoadBalancer { security_group_ids: security_group_ids.clone(), ..(*known.record).clone() };
    turn.plan.update(known, changed);
    security_group_use::hold(turn, &security_group_ids);
    Ok(SetSecurityGroupsOutput {
        security_group_ids: Some(security_group_ids),
        ..SetSecurityGroupsOutput::default()
    })
}
