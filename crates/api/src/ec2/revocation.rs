//! Rules that are taken from a group, by their ids or by what they are about.

use aws_api::ec2;
use model::{SecurityGroup, TrafficDirection};
use wire::ApiError;

use super::group_rules;
use super::permission::{Permission, Reader};
use super::security_group;
use crate::Turn;

/// What a request takes from a group that it names by id, or by name in the default VPC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revocation<'a> {
    pub named: (Option<&'a str>, Option<&'a str>),
    pub direction: TrafficDirection,
    pub which: &'a Which<'a>,
}

#[derive(Clone, Debug)]
pub(super) enum Which<'a> {
    Ids(&'a [String]),
    Permissions(Vec<ec2::IpPermission>),
}

#[derive(Debug)]
pub(super) struct Revoked {
    pub rules: Vec<ec2::RevokedSecurityGroupRule>,
    pub unknown: Vec<ec2::IpPermission>,
}

pub(super) fn revoke(turn: &mut Turn<'_>, wanted: Revocation<'_>) -> Result<Revoked, ApiError> {
    let known = security_group::find(turn.snapshot, &turn.caller.scope, wanted.named)?;
    let (ids, unknown) = match wanted.which {
        Which::Ids(ids) => (ids.to_vec(), Vec::new()),
        Which::Permissions(given) => {
            let permissions =
                Reader { snapshot: turn.snapshot, group: known }.permissions(given)?;
            split(known, wanted.direction, permissions)
        }
    };
    if !unknown.is_empty() && !is_lenient(turn, known) {
        return Err(group_rules::unknown_permission());
    }
    let mut changed = (*known.record).clone();
    let mut rules = Vec::new();
    for id in &ids {
        let rule = group_rules::by_id(known, wanted.direction, id)?;
        if changed.rules.remove(id).is_some() {
            rules.push(security_group::render_revoked(rule));
        }
    }
    if !rules.is_empty() {
        turn.plan.update(known, changed);
    }
    let account = &turn.scope().account;
    let unknown =
        unknown.iter().map(|given| security_group::render_permission(given, account)).collect();
    Ok(Revoked { rules, unknown })
}

/// The ids of the rules that permissions stand for, and those that stand for none.
fn split(
    group: &SecurityGroup,
    direction: TrafficDirection,
    permissions: Vec<Permission>,
) -> (Vec<String>, Vec<Permission>) {
    let (mut ids, mut unknown) = (Vec::new(), Vec::new());
    for permission in permissions {
        match group_rules::id_of(group, direction, &permission) {
            Some(id) => ids.push(id.clone()),
            None => unknown.push(permission),
        }
    }
    (ids, unknown)
}

/// COMPAT: in the default VPC, what is not there is no error and is shown; in any other,
/// nothing is taken (`RevokeSecurityGroupIngress`).
fn is_lenient(turn: &Turn<'_>, group: &SecurityGroup) -> bool {
    turn.snapshot.vpcs.get(turn.scope(), &group.vpc_id).is_some_and(|vpc| vpc.is_default)
}

pub(super) fn both_forms() -> ApiError {
    ApiError::client(
        "InvalidParameterCombination",
        "The parameter securityGroupRuleIds cannot be used with the properties of rules",
    )
}
