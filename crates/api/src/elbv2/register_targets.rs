//! `RegisterTargets`: adds addresses to a target group; the balancer checks them at once.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use aws_api::elbv2::{RegisterTargetsInput, RegisterTargetsOutput, TargetDescription, errors};
use model::{Entry, Subnet, Target, TargetGroup, TargetHealth};
use wire::ApiError;

use super::{target, target_group};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: COMPAT: targets of one target group.
pub(super) const PER_TARGET_GROUP_MAX: usize = 1_000;

/// What says that a target is reached from every zone.
const ALL_ZONES: &str = "all";

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RegisterTargetsInput,
) -> Result<RegisterTargetsOutput, ApiError> {
    for target in &input.targets {
        refuse_given(&[("QuicServerId", target.quic_server_id.is_some())], super::unsupported)?;
    }
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &RegisterTargetsInput,
) -> Result<RegisterTargetsOutput, ApiError> {
    let arn = &input.target_group_arn;
    let group = target_group::find(turn.snapshot, turn.scope(), arn)?;
    let mut wanted: BTreeMap<(Ipv4Addr, u16), Option<String>> = BTreeMap::new();
    for given in &input.targets {
        let at = target::address(group, given)?;
        wanted.insert(at, availability_zone(turn, group, (at.0, given))?);
    }
    let is_used = target_group::usage(turn.snapshot, turn.scope()).contains_key(arn);
    let health = if is_used { TargetHealth::registering() } else { target::unused() };
    let mut count = turn.snapshot.targets_of_group(turn.scope(), arn).len();
    for ((address, port), availability_zone) in wanted {
        let made = Target {
            scope: turn.scope().clone(),
            target_group_arn: arn.clone(),
            address,
            port,
            availability_zone,
            task: None,
            registered_at: turn.now(),
            healthy_at: None,
            draining_since: None,
            health: health.clone(),
        };
        let id = format!("{arn}/{address}:{port}");
        match turn.snapshot.targets.get(turn.scope(), &id) {
            None => {
                turn.plan.insert(made);
                count += 1;
            }
            Some(known) if known.draining_since.is_some() => {
                turn.plan.update(known, Target { task: known.task.clone(), ..made });
            }
            Some(_) => {}
        }
    }
    if count > PER_TARGET_GROUP_MAX {
        return Err(errors::too_many_targets_exception(format!(
            "The maximum number of targets for this target group ('{PER_TARGET_GROUP_MAX}') has \
             been reached"
        )));
    }
    super::hold(turn, group);
    Ok(RegisterTargetsOutput {})
}

/// The zone of the address; one that the caller says is to be the same.
///
/// LIMIT: AWS takes private addresses outside the VPC too; a balancer here reaches no others.
fn availability_zone(
    turn: &Turn<'_>,
    group: &TargetGroup,
    (address, given): (Ipv4Addr, &TargetDescription),
) -> Result<Option<String>, ApiError> {
    let vpc = turn.snapshot.vpcs.get(turn.scope(), &group.vpc_id);
    if !vpc.is_some_and(|vpc| vpc.cidr.contains(address)) {
        return Err(errors::invalid_target_exception(format!(
            "The IP address '{address}' is not within the IPv4 CIDR blocks of the VPC '{}'",
            group.vpc_id
        )));
    }
    let is_there =
        |subnet: &&Entry<Subnet>| subnet.vpc_id == group.vpc_id && subnet.cidr.contains(address);
    let subnet = turn.snapshot.subnets.list(turn.scope()).find(is_there);
    let zone = subnet.map(|subnet| subnet.availability_zone.clone());
    match given.availability_zone.as_deref() {
        None | Some(ALL_ZONES) => Ok(zone),
        Some(said) if zone.as_deref() == Some(said) => Ok(zone),
        Some(said) => Err(errors::invalid_target_exception(format!(
            "The IP address '{address}' is not in the Availability Zone '{said}'"
        ))),
    }
}
