//! The rules of a group: added to it, taken from it, and told apart.
//!
//! INVARIANT: what refers to a group or a prefix list writes it again in the same plan, so that a
//! deletion which was decided before is decided again.
//! INVARIANT: no two rules of a group have direction, traffic and peer in common.

use std::collections::{BTreeMap, BTreeSet};

use aws_api::ec2;
use model::{
    Entry, SecurityGroup, SecurityGroupRule, Snapshot, Tags, TrafficDirection, TrafficPeer,
};
use wire::ApiError;

use super::permission::{self, Permission, Reader};
use super::security_group::{self, Rule};
use super::{describe, hold};
use crate::Turn;

/// LIMIT: COMPAT: rules of a group in each direction, for IPv4 and IPv6 each ("Amazon VPC
/// quotas").
const PER_DIRECTION_MAX: u32 = 60;

/// What a request adds to a group that it names by id, or by name in the default VPC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Authorize<'a> {
    pub named: (Option<&'a str>, Option<&'a str>),
    pub direction: TrafficDirection,
    pub permissions: &'a [ec2::IpPermission],
    pub tags: &'a Tags,
}

/// Adds rules to a group, and shows them in the order of the request.
pub(super) fn authorize(
    turn: &mut Turn<'_>,
    wanted: Authorize<'_>,
) -> Result<Vec<ec2::SecurityGroupRule>, ApiError> {
    let known = security_group::find(turn.snapshot, &turn.caller.scope, wanted.named)?;
    let reader = Reader { snapshot: turn.snapshot, group: known };
    let permissions = reader.permissions(wanted.permissions)?;
    check_distinct(&permissions)?;
    let mut changed = (*known.record).clone();
    let mut ids = Vec::new();
    for permission in permissions {
        if id_of(known, wanted.direction, &permission).is_some() {
            return Err(duplicate(&permission));
        }
        let rule = SecurityGroupRule {
            direction: wanted.direction,
            traffic: permission.traffic,
            peer: permission.peer,
            description: permission.description,
            tags: wanted.tags.clone(),
        };
        let id = format!("sgr-{}", turn.rng.hex(17));
        changed.rules.insert(id.clone(), rule);
        ids.push(id);
    }
    check_count(turn.snapshot, &changed)?;
    let shown = ids.iter().map(|id| rule(&changed, id).map(security_group::render_rule));
    let shown = shown.collect::<Result<_, _>>()?;
    update(turn, known, changed);
    Ok(shown)
}

/// Puts a group with other rules into the plan.
pub(super) fn update(turn: &mut Turn<'_>, known: &Entry<SecurityGroup>, changed: SecurityGroup) {
    let is_new =
        |id: &String| !known.rules.contains_key(id) || known.rules[id] != changed.rules[id];
    let changed_rules = changed.rules.iter().filter(|(id, _)| is_new(id));
    let mut peers: BTreeSet<TrafficPeer> =
        changed_rules.map(|(_, rule)| rule.peer.clone()).collect();
    peers.remove(&TrafficPeer::Group(known.id.clone()));
    turn.plan.update(known, changed);
    for peer in peers {
        match peer {
            TrafficPeer::Range(_) | TrafficPeer::Ipv6Range(_) => {}
            TrafficPeer::Group(id) => {
                if let Some(entry) = turn.snapshot.security_groups.get(&known.scope, &id) {
                    hold(&mut turn.plan, entry);
                }
            }
            TrafficPeer::PrefixList(id) => {
                if let Some(entry) = turn.snapshot.prefix_lists.get(&known.scope, &id) {
                    hold(&mut turn.plan, entry);
                }
            }
        }
    }
}

/// Refuses more rules than a group may have.
///
/// COMPAT: a rule that refers to a group counts for IPv4 and for IPv6, and one that refers to a
/// prefix list counts as many as the list may have entries.
pub(super) fn check_count(snapshot: &Snapshot, group: &SecurityGroup) -> Result<(), ApiError> {
    let mut counts: BTreeMap<TrafficDirection, (u32, u32)> = BTreeMap::new();
    for rule in group.rules.values() {
        let (ipv4, ipv6) = counts.entry(rule.direction).or_default();
        match &rule.peer {
            TrafficPeer::Range(_) => *ipv4 += 1,
            TrafficPeer::Ipv6Range(_) => *ipv6 += 1,
            TrafficPeer::Group(_) => {
                *ipv4 += 1;
                *ipv6 += 1;
            }
            TrafficPeer::PrefixList(id) => {
                let list = snapshot.prefix_lists.get(&group.scope, id);
                *ipv4 += list.map_or(0, |list| list.max_entries);
            }
        }
    }
    if counts.values().any(|(ipv4, ipv6)| (*ipv4).max(*ipv6) > PER_DIRECTION_MAX) {
        return Err(ApiError::client(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
        ));
    }
    Ok(())
}

/// The rule of a direction that has this id.
pub(super) fn by_id<'a>(
    group: &'a SecurityGroup,
    direction: TrafficDirection,
    id: &'a str,
) -> Result<Rule<'a>, ApiError> {
    let rule = rule(group, id)?;
    if rule.record.direction != direction {
        return Err(describe::not_found(security_group::RULE_ID, id));
    }
    Ok(rule)
}

/// The rule that has this id.
pub(super) fn rule<'a>(group: &'a SecurityGroup, id: &'a str) -> Result<Rule<'a>, ApiError> {
    describe::check_id(security_group::RULE_ID, id)?;
    let record = group.rules.get(id);
    let record = record.ok_or_else(|| describe::not_found(security_group::RULE_ID, id))?;
    Ok(Rule { group, id, record })
}

/// The id of the rule that a permission stands for.
pub(super) fn id_of<'a>(
    group: &'a SecurityGroup,
    direction: TrafficDirection,
    permission: &Permission,
) -> Option<&'a String> {
    let is_it = |rule: &SecurityGroupRule| {
        rule.direction == direction
            && rule.traffic == permission.traffic
            && rule.peer == permission.peer
    };
    group.rules.iter().find(|(_, rule)| is_it(rule)).map(|(id, _)| id)
}

/// Descriptions do not tell rules apart.
pub(super) fn check_distinct(permissions: &[Permission]) -> Result<(), ApiError> {
    let distinct: BTreeSet<_> = permissions.iter().map(|one| (one.traffic, &one.peer)).collect();
    if distinct.len() < permissions.len() {
        return Err(super::invalid("The same permission must not appear multiple times"));
    }
    Ok(())
}

pub(super) fn duplicate(permission: &Permission) -> ApiError {
    let words = permission::in_words(permission);
    ApiError::client(
        "InvalidPermission.Duplicate",
        format!("the specified rule \"{words}\" already exists"),
    )
}

pub(super) fn unknown_permission() -> ApiError {
    ApiError::client(
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
    )
}
