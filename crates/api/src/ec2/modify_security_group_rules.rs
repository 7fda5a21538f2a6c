//! `ModifySecurityGroupRules`: makes rules of a group say something else.

use std::collections::BTreeSet;

use aws_api::ec2::{
    ModifySecurityGroupRulesRequest, ModifySecurityGroupRulesResult, SecurityGroupRuleRequest,
    SecurityGroupRuleUpdate,
};
use model::TrafficPeer;
use wire::ApiError;

use super::permission::{self, PeerName, Permission, Reader};
use super::security_group::Rule;
use super::{describe, group_rules, missing, security_group};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifySecurityGroupRulesRequest,
) -> Result<ModifySecurityGroupRulesResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let updates = &input.security_group_rules;
    if updates.is_empty() {
        return Err(missing("SecurityGroupRule"));
    }
    let ids: BTreeSet<&String> = updates.iter().map(|one| &one.security_group_rule_id).collect();
    if ids.len() < updates.len() {
        return Err(super::invalid("The same rule ID must not appear multiple times"));
    }
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &ModifySecurityGroupRulesRequest,
) -> Result<ModifySecurityGroupRulesResult, ApiError> {
    let named = (Some(input.group_id.as_str()), None);
    let known = security_group::find(turn.snapshot, &turn.caller.scope, named)?;
    let reader = Reader { snapshot: turn.snapshot, group: known };
    let mut changed = (*known.record).clone();
    let mut wanted = Vec::new();
    for update in &input.security_group_rules {
        let rule = group_rules::rule(known, &update.security_group_rule_id)?;
        let permission = read(reader, rule, update)?;
        changed.rules.remove(rule.id);
        wanted.push((rule, permission));
    }
    for (rule, permission) in wanted {
        let direction = rule.record.direction;
        if group_rules::id_of(&changed, direction, &permission).is_some() {
            return Err(group_rules::duplicate(&permission));
        }
        let Permission { traffic, peer, description } = permission;
        let tags = rule.record.tags.clone();
        let modified = model::SecurityGroupRule { direction, traffic, peer, description, tags };
        changed.rules.insert(rule.id.to_owned(), modified);
    }
    group_rules::check_count(turn.snapshot, &changed)?;
    group_rules::update(turn, known, changed);
    Ok(ModifySecurityGroupRulesResult { r#return: Some(true) })
}

/// What a rule is to be. It is said in whole: a description that is left out is removed.
fn read(
    reader: Reader<'_>,
    rule: Rule<'_>,
    update: &SecurityGroupRuleUpdate,
) -> Result<Permission, ApiError> {
    let given = update.security_group_rule.as_ref();
    let given = given.ok_or_else(|| missing("SecurityGroupRule.SecurityGroupRule"))?;
    let name = peer_name(given)?;
    check_kind(rule, name)?;
    Ok(Permission {
        traffic: permission::traffic(
            given.ip_protocol.as_deref(),
            (given.from_port, given.to_port),
        )?,
        peer: reader.peer(name)?,
        description: permission::description(given.description.as_deref())?,
    })
}

fn peer_name(given: &SecurityGroupRuleRequest) -> Result<PeerName<'_>, ApiError> {
    let mut names = [
        given.cidr_ipv4.as_deref().map(PeerName::Range),
        given.cidr_ipv6.as_deref().map(PeerName::Ipv6Range),
        given.prefix_list_id.as_deref().map(PeerName::PrefixList),
        given.referenced_group_id.as_deref().map(PeerName::Group),
    ]
    .into_iter()
    .flatten();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        (Some(_), Some(_)) => Err(ApiError::client(
            "InvalidParameterCombination",
            "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
        )),
        (None, _) => Err(ApiError::client(
            "MissingParameter",
            "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or \
             referencedGroupId",
        )),
    }
}

/// COMPAT: a rule keeps the kind of its peer.
fn check_kind(rule: Rule<'_>, name: PeerName<'_>) -> Result<(), ApiError> {
    let wanted = match name {
        PeerName::Range(_) => "CidrIpv4",
        PeerName::Ipv6Range(_) => "CidrIpv6",
        PeerName::PrefixList(_) => "PrefixListId",
        PeerName::Group(_) => "ReferencedGroupId",
    };
    let (member, kind) = match &rule.record.peer {
        TrafficPeer::Range(_) => ("CidrIpv4", "IPv4 CIDR"),
        TrafficPeer::Ipv6Range(_) => ("CidrIpv6", "IPv6 CIDR"),
        TrafficPeer::PrefixList(_) => ("PrefixListId", "prefix list ID"),
        TrafficPeer::Group(_) => ("ReferencedGroupId", "referenced group ID"),
    };
    if wanted == member {
        return Ok(());
    }
    Err(super::invalid(format!(
        "Invalid rule type for security group rule '{}'. You may not specify {wanted} for an \
         existing {kind} rule.",
        rule.id
    )))
}
