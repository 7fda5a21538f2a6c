//! New descriptions of a group's rules, by their ids or by what they are about.

use aws_api::ec2;
use model::{SecurityGroup, TrafficDirection};
use wire::ApiError;

use super::permission::{self, Reader};
use super::{group_rules, missing, security_group};
use crate::Turn;

/// What a request says of a group that it names by id, or by name in the default VPC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Descriptions<'a> {
    pub named: (Option<&'a str>, Option<&'a str>),
    pub direction: TrafficDirection,
    pub permissions: &'a [ec2::IpPermission],
    pub by_id: &'a [ec2::SecurityGroupRuleDescription],
}

/// COMPAT: a description that is left out is removed.
pub(super) fn update(turn: &mut Turn<'_>, wanted: Descriptions<'_>) -> Result<(), ApiError> {
    let known = security_group::find(turn.snapshot, &turn.caller.scope, wanted.named)?;
    let descriptions = match (wanted.permissions.is_empty(), wanted.by_id.is_empty()) {
        (true, true) => return Err(missing("ipPermissions or securityGroupRuleDescriptions")),
        (false, false) => {
            return Err(ApiError::client(
                "InvalidParameterCombination",
                "The parameter ipPermissions cannot be used with the parameter \
                 securityGroupRuleDescriptions",
            ));
        }
        (true, false) => of_ids(known, wanted)?,
        (false, true) => of_permissions(Reader { snapshot: turn.snapshot, group: known }, wanted)?,
    };
    let mut changed = (*known.record).clone();
    for (id, description) in descriptions {
        if let Some(rule) = changed.rules.get_mut(&id) {
            rule.description = description;
        }
    }
    turn.plan.update(known, changed);
    Ok(())
}

/// By the ids of rules that the group has.
type ById = Vec<(String, Option<String>)>;

fn of_ids(group: &SecurityGroup, wanted: Descriptions<'_>) -> Result<ById, ApiError> {
    let read = |one: &ec2::SecurityGroupRuleDescription| {
        let id = one.security_group_rule_id.as_deref();
        let id = id.ok_or_else(|| missing("securityGroupRuleId"))?;
        group_rules::by_id(group, wanted.direction, id)?;
        Ok((id.to_owned(), permission::description(one.description.as_deref())?))
    };
    wanted.by_id.iter().map(read).collect()
}

fn of_permissions(reader: Reader<'_>, wanted: Descriptions<'_>) -> Result<ById, ApiError> {
    let permissions = reader.permissions(wanted.permissions)?;
    group_rules::check_distinct(&permissions)?;
    let read = |one: permission::Permission| {
        let id = group_rules::id_of(reader.group, wanted.direction, &one);
        let id = id.ok_or_else(group_rules::unknown_permission)?;
        Ok((id.clone(), one.description))
    };
    permissions.into_iter().map(read).collect()
}
