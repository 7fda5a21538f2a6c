//! The network that a task or service is given: its subnets and security groups exist.
//
// COMPAT: the codes and messages are what ECS answers; they quote EC2's error.

use aws_api::ecs::{self, errors};
use model::{AwsvpcConfiguration, NetworkMode, Scope, SecurityGroup, Snapshot, Subnet};
use wire::ApiError;

/// LIMIT: what `AwsVpcConfiguration` takes (ECS API Reference).
const SUBNETS_MAX: usize = 16;
const SECURITY_GROUPS_MAX: usize = 5;

/// The name of the group that a VPC is made with.
const DEFAULT_GROUP: &str = "default";

/// Resolves the network of a task whose definition has this network mode.
///
/// `snapshot` has the region's default network in it.
pub(super) fn resolve(
    snapshot: &Snapshot,
    scope: &Scope,
    given: Option<&ecs::NetworkConfiguration>,
    mode: NetworkMode,
) -> Result<Option<AwsvpcConfiguration>, ApiError> {
    let given = given.and_then(|network| network.awsvpc_configuration.as_ref());
    match (mode, given) {
        (NetworkMode::Awsvpc, Some(given)) => awsvpc(snapshot, scope, given).map(Some),
        (NetworkMode::Awsvpc, None) => Err(refuse(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )),
        (NetworkMode::None, None) => Ok(None),
        (NetworkMode::None, Some(_)) => Err(refuse(
            "Network Configuration is not valid for the given networkMode of this task \
             definition.",
        )),
    }
}

/// The network as the API shows it.
pub(super) fn render(network: &AwsvpcConfiguration) -> ecs::NetworkConfiguration {
    ecs::NetworkConfiguration {
        awsvpc_configuration: Some(ecs::AwsVpcConfiguration {
            subnets: Some(network.subnet_ids.clone()),
            security_groups: Some(network.security_group_ids.clone()),
            assign_public_ip: Some(if network.is_public {
                ecs::AssignPublicIp::Enabled
            } else {
                ecs::AssignPublicIp::Disabled
            }),
        }),
    }
}

fn awsvpc(
    snapshot: &Snapshot,
    scope: &Scope,
    given: &ecs::AwsVpcConfiguration,
) -> Result<AwsvpcConfiguration, ApiError> {
    let subnet_ids = distinct(given.subnets.as_deref().unwrap_or_default());
    let group_ids = distinct(given.security_groups.as_deref().unwrap_or_default());
    if subnet_ids.is_empty() {
        return Err(refuse("subnets can not be empty."));
    }
    if subnet_ids.len() > SUBNETS_MAX {
        return Err(refuse(format!("subnets can have at most {SUBNETS_MAX} items.")));
    }
    if group_ids.len() > SECURITY_GROUPS_MAX {
        return Err(refuse(format!(
            "securityGroups can have at most {SECURITY_GROUPS_MAX} items."
        )));
    }
    let vpc_id = vpc_of(snapshot, scope, &subnet_ids)?;
    Ok(AwsvpcConfiguration {
        security_group_ids: security_groups(snapshot, scope, &vpc_id, group_ids)?,
        subnet_ids,
        is_public: given.assign_public_ip == Some(ecs::AssignPublicIp::Enabled),
    })
}

/// The one VPC that all the subnets are of.
fn vpc_of(snapshot: &Snapshot, scope: &Scope, subnet_ids: &[String]) -> Result<String, ApiError> {
    let mut vpc_id: Option<String> = None;
    for id in subnet_ids {
        let subnet: &Subnet = snapshot.subnets.get(scope, id).ok_or_else(|| {
            refuse(format!(
                "Error retrieving subnet information for [{id}]: The subnet ID '{id}' does not \
                 exist (ErrorCode: InvalidSubnetID.NotFound)"
            ))
        })?;
        if vpc_id.get_or_insert_with(|| subnet.vpc_id.clone()) != &subnet.vpc_id {
            return Err(refuse("All subnets must belong to the same VPC."));
        }
    }
    Ok(vpc_id.unwrap_or_default())
}

/// The groups that are named, or the VPC's default group where none is.
fn security_groups(
    snapshot: &Snapshot,
    scope: &Scope,
    vpc_id: &str,
    ids: Vec<String>,
) -> Result<Vec<String>, ApiError> {
    if ids.is_empty() {
        let is_default =
            |group: &&SecurityGroup| group.vpc_id == vpc_id && group.name == DEFAULT_GROUP;
        let group = snapshot.security_groups.list(scope).map(|entry| &**entry).find(is_default);
        return Ok(group.map(|group| group.id.clone()).into_iter().collect());
    }
    for id in &ids {
        let group = snapshot.security_groups.get(scope, id).ok_or_else(|| {
            refuse(format!(
                "Error retrieving security group information for [{id}]: The security group \
                 '{id}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            ))
        })?;
        if group.vpc_id != vpc_id {
            return Err(refuse(format!(
                "Security Group {id} does not appear to belong to the same VPC as the input \
                 subnets."
            )));
        }
    }
    Ok(ids)
}

fn distinct(items: &[String]) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for item in items {
        if !distinct.contains(item) {
            distinct.push(item.clone());
        }
    }
    distinct
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}
