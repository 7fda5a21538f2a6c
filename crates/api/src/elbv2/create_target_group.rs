//! `CreateTargetGroup`: makes a target group of addresses that speak HTTP.

use aws_api::elbv2::{
    CreateTargetGroupInput, CreateTargetGroupOutput, ProtocolEnum, TargetGroupIpAddressTypeEnum,
    TargetTypeEnum, errors,
};
use model::{Attributes, TargetGroup};
use wire::ApiError;

use super::{health_check, name, tags, target_group};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: target groups of a region.
pub(super) const PER_REGION_MAX: usize = 3_000;

/// LIMIT: target groups of all accounts and regions, which one balancer serves.
const TOTAL_MAX: usize = 5_000;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateTargetGroupInput,
) -> Result<CreateTargetGroupOutput, ApiError> {
    name::check_target_group(&input.name)?;
    check_supported(&input)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateTargetGroupInput,
) -> Result<CreateTargetGroupOutput, ApiError> {
    let mut wanted = TargetGroup {
        scope: turn.scope().clone(),
        name: input.name.clone(),
        id: turn.rng.hex(16),
        port: port(input)?,
        vpc_id: vpc_id(turn, input)?,
        health_check: health_check::Wanted::from(input).apply(&health_check::defaults())?,
        attributes: Attributes::new(),
        tags: tags::parse(input.tags.as_deref())?,
        created_at: turn.now(),
    };
    match turn.snapshot.target_groups.get(turn.scope(), &input.name) {
        None => {
            check_count(turn)?;
            turn.plan.insert(wanted.clone());
        }
        Some(known) if is_same(known, &wanted) => wanted = (*known.record).clone(),
        Some(_) => {
            return Err(errors::duplicate_target_group_name_exception(format!(
                "A target group with the same name '{}' exists, but with different settings",
                input.name
            )));
        }
    }
    let usage = target_group::usage(turn.snapshot, turn.scope());
    let shown = target_group::render(&wanted, &usage);
    Ok(CreateTargetGroupOutput { target_groups: Some(vec![shown]) })
}

/// Whether making `wanted` asks for nothing that `known` is not.
fn is_same(known: &TargetGroup, wanted: &TargetGroup) -> bool {
    known.port == wanted.port
        && known.vpc_id == wanted.vpc_id
        && known.health_check == wanted.health_check
        && (wanted.tags.is_empty() || known.tags == wanted.tags)
}

fn port(input: &CreateTargetGroupInput) -> Result<u16, ApiError> {
    let port = input.port.ok_or_else(|| super::invalid("A port must be specified"))?;
    super::port(port)
}

fn vpc_id(turn: &Turn<'_>, input: &CreateTargetGroupInput) -> Result<String, ApiError> {
    let id = input.vpc_id.as_deref();
    let id = id.ok_or_else(|| super::invalid("A VPC ID must be specified"))?;
    match turn.snapshot.vpcs.get(turn.scope(), id) {
        Some(vpc) => Ok(vpc.id.clone()),
        None => Err(super::invalid(format!("The VPC ID '{id}' is not found"))),
    }
}

fn check_count(turn: &Turn<'_>) -> Result<(), ApiError> {
    let groups = &turn.snapshot.target_groups;
    if groups.list(turn.scope()).count() >= PER_REGION_MAX || groups.len() >= TOTAL_MAX {
        return Err(errors::too_many_target_groups_exception(format!(
            "The maximum number of target groups ('{PER_REGION_MAX}') has been reached"
        )));
    }
    Ok(())
}

fn check_supported(input: &CreateTargetGroupInput) -> Result<(), ApiError> {
    match input.target_type {
        Some(TargetTypeEnum::Ip) => {}
        other => {
            return Err(super::unsupported(format!(
                "`TargetType` {} is not supported by Longshore yet; say ip",
                other.unwrap_or(TargetTypeEnum::Instance).as_str()
            )));
        }
    }
    match input.protocol {
        Some(ProtocolEnum::Http) => {}
        None => return Err(super::invalid("A protocol must be specified")),
        Some(other) => {
            return Err(super::unsupported(format!(
                "`Protocol` {} is not supported by Longshore yet; say HTTP",
                other.as_str()
            )));
        }
    }
    match input.protocol_version.as_deref() {
        None | Some("HTTP1") => {}
        Some(other @ ("HTTP2" | "GRPC")) => {
            return Err(super::unsupported(format!(
                "`ProtocolVersion` {other} is not supported by Longshore yet; say HTTP1"
            )));
        }
        Some(other) => {
            return Err(super::invalid(format!(
                "Protocol version '{other}' must be one of 'HTTP1', 'HTTP2' and 'GRPC'"
            )));
        }
    }
    let is_ipv6 = input.ip_address_type == Some(TargetGroupIpAddressTypeEnum::Ipv6);
    refuse_given(
        &[
            ("IpAddressType ipv6", is_ipv6),
            ("TargetControlPort", input.target_control_port.is_some()),
        ],
        super::unsupported,
    )
}
