//! `CreateSecurityGroup`: makes a group that lets nothing in and everything out.

use std::collections::BTreeMap;

use aws_api::ec2::{CreateSecurityGroupRequest, CreateSecurityGroupResult, ResourceType};
use model::{
    Cidr, Entry, Scope, SecurityGroup, SecurityGroupRule, Snapshot, Tags, Traffic,
    TrafficDirection, TrafficPeer, Vpc,
};
use wire::ApiError;

use super::{describe, hold, invalid, permission, security_group, tags, vpc};
use crate::{Api, Caller, Turn, default_network};

/// LIMIT: COMPAT: groups of a region ("Amazon VPC quotas").
const PER_REGION_MAX: usize = 2_500;

/// LIMIT: COMPAT: characters of a name, and of a description.
const LENGTH_MAX: usize = 255;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateSecurityGroupRequest,
) -> Result<CreateSecurityGroupResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    check_name(&input.group_name)?;
    check_description(&input.description)?;
    let specifications = input.tag_specifications.as_deref();
    let tags = tags::of_new(ResourceType::SecurityGroup, specifications)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input, &tags)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateSecurityGroupRequest,
    tags: &Tags,
) -> Result<CreateSecurityGroupResult, ApiError> {
    let vpc = find_vpc(turn.snapshot, &turn.caller.scope, input.vpc_id.as_deref())?;
    check_free(turn, vpc, &input.group_name)?;
    let made = SecurityGroup {
        scope: turn.scope().clone(),
        id: format!("sg-{}", turn.rng.hex(17)),
        vpc_id: vpc.id.clone(),
        name: input.group_name.clone(),
        description: input.description.clone(),
        rules: BTreeMap::from([(format!("sgr-{}", turn.rng.hex(17)), lets_out_everything())]),
        tags: tags.clone(),
    };
    let shown = CreateSecurityGroupResult {
        group_id: Some(made.id.clone()),
        tags: Some(tags::render(&made.tags)),
        security_group_arn: Some(security_group::group_arn(&made)),
    };
    hold(&mut turn.plan, vpc);
    turn.plan.insert(made);
    Ok(shown)
}

/// COMPAT: the one rule of a new group ("Create a security group for your VPC").
fn lets_out_everything() -> SecurityGroupRule {
    SecurityGroupRule {
        direction: TrafficDirection::Egress,
        traffic: Traffic::All,
        peer: TrafficPeer::Range(Cidr::EVERYWHERE),
        description: None,
        tags: Tags::new(),
    }
}

fn find_vpc<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    id: Option<&str>,
) -> Result<&'a Entry<Vpc>, ApiError> {
    match id {
        Some(id) => describe::find(&snapshot.vpcs, scope, (vpc::ID, id)),
        None => {
            snapshot.vpcs.list(scope).find(|vpc| vpc.is_default).ok_or_else(|| {
                ApiError::client("VPCIdNotSpecified", "No default VPC for this user")
            })
        }
    }
}

fn check_free(turn: &Turn<'_>, vpc: &Vpc, name: &str) -> Result<(), ApiError> {
    let mut groups = turn.snapshot.security_groups.list(turn.scope());
    if groups.any(|group| group.vpc_id == vpc.id && security_group::is_name(group, name)) {
        return Err(ApiError::client(
            "InvalidGroup.Duplicate",
            format!("The security group '{name}' already exists for VPC '{}'", vpc.id),
        ));
    }
    if turn.snapshot.security_groups.list(turn.scope()).count() >= PER_REGION_MAX {
        return Err(ApiError::client(
            "SecurityGroupLimitExceeded",
            "The maximum number of security groups has been reached.",
        ));
    }
    Ok(())
}

/// COMPAT: `InvalidGroup.Reserved` is documented for the reserved name; this is what EC2 was
/// seen to answer for a VPC.
fn check_name(name: &str) -> Result<(), ApiError> {
    if name == "default" {
        return Err(invalid("Cannot use reserved security group name: default"));
    }
    let refuse = |why: &str| {
        Err(invalid(format!("Value ({name}) for parameter GroupName is invalid. {why}")))
    };
    if !name.is_ascii() {
        return refuse("Character sets beyond ASCII are not supported.");
    }
    if name.get(..3).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sg-")) {
        return refuse("Group names may not be in the format sg-*.");
    }
    if name.trim().is_empty() {
        return refuse("The group name must not be empty.");
    }
    if name.len() > LENGTH_MAX || !name.chars().all(permission::is_plain) {
        return refuse(
            "Valid names are strings less than 256 characters from the following set:  \
             a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        );
    }
    Ok(())
}

fn check_description(description: &str) -> Result<(), ApiError> {
    if !description.is_ascii() {
        return Err(invalid(format!(
            "Value ({description}) for parameter GroupDescription is invalid. Character sets \
             beyond ASCII are not supported."
        )));
    }
    let is_plain = description.chars().all(permission::is_plain);
    if description.is_empty() || description.len() > LENGTH_MAX || !is_plain {
        return Err(invalid(
            "Invalid security group description. Valid descriptions are strings less than 256 \
             characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        ));
    }
    Ok(())
}
