//! What can have tags, by id.

use std::collections::BTreeSet;

use aws_api::ec2::ResourceType;
use model::{Entry, NetworkAcl, RouteTable, Scope, SecurityGroup, Snapshot, Subnet, Tags, Vpc};
use wire::ApiError;

use super::describe::{self, IdKind};
use super::{network_acl, route_table, security_group, subnet, vpc};
use crate::Turn;

/// LIMIT: COMPAT: resources in one request.
const RESOURCES_MAX: usize = 1_000;

/// A resource that an id names.
#[derive(Debug)]
pub(super) enum Tagged<'a> {
    Vpc(&'a Entry<Vpc>),
    Subnet(&'a Entry<Subnet>),
    SecurityGroup(&'a Entry<SecurityGroup>),
    RouteTable(&'a Entry<RouteTable>),
    NetworkAcl(&'a Entry<NetworkAcl>),
}

/// The resources that ids name, each once.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    ids: &[String],
) -> Result<Vec<Tagged<'a>>, ApiError> {
    if ids.len() > RESOURCES_MAX {
        return Err(super::invalid(format!(
            "A request cannot name more than {RESOURCES_MAX} resources"
        )));
    }
    let distinct: BTreeSet<&String> = ids.iter().collect();
    distinct.into_iter().map(|id| find_one(snapshot, scope, id)).collect()
}

/// All that can have tags in a region.
pub(super) fn list<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
) -> impl Iterator<Item = Tagged<'a>> {
    let groups = snapshot.security_groups.list(scope).map(Tagged::SecurityGroup);
    let subnets = snapshot.subnets.list(scope).map(Tagged::Subnet);
    let tables = snapshot.route_tables.list(scope).map(Tagged::RouteTable);
    let acls = snapshot.network_acls.list(scope).map(Tagged::NetworkAcl);
    let vpcs = snapshot.vpcs.list(scope).map(Tagged::Vpc);
    groups.chain(subnets).chain(tables).chain(acls).chain(vpcs)
}

fn find_one<'a>(snapshot: &'a Snapshot, scope: &Scope, id: &str) -> Result<Tagged<'a>, ApiError> {
    let checked = |kind: IdKind| describe::check_id(kind, id);
    let (kind, found) = match id.split('-').next().unwrap_or_default() {
        "vpc" => {
            checked(vpc::ID)?;
            (vpc::ID, snapshot.vpcs.get(scope, id).map(Tagged::Vpc))
        }
        "subnet" => {
            checked(subnet::ID)?;
            (subnet::ID, snapshot.subnets.get(scope, id).map(Tagged::Subnet))
        }
        "sg" => {
            checked(security_group::ID)?;
            let found = snapshot.security_groups.get(scope, id).map(Tagged::SecurityGroup);
            (security_group::ID, found)
        }
        "rtb" => {
            checked(route_table::ID)?;
            (route_table::ID, snapshot.route_tables.get(scope, id).map(Tagged::RouteTable))
        }
        "acl" => {
            checked(network_acl::ID)?;
            (network_acl::ID, snapshot.network_acls.get(scope, id).map(Tagged::NetworkAcl))
        }
        "eni" | "sgr" => {
            return Err(ApiError::client(
                "UnsupportedOperation",
                format!("tags of `{id}` are not supported by Longshore yet"),
            ));
        }
        _ => {
            let message = format!("The ID '{id}' is not valid");
            return Err(ApiError::client("InvalidID", message));
        }
    };
    found.ok_or_else(|| describe::not_found(kind, id))
}

impl Tagged<'_> {
    pub(super) fn id(&self) -> &str {
        match self {
            Tagged::Vpc(known) => &known.record.id,
            Tagged::Subnet(known) => &known.record.id,
            Tagged::SecurityGroup(known) => &known.record.id,
            Tagged::RouteTable(known) => &known.record.id,
            Tagged::NetworkAcl(known) => &known.record.id,
        }
    }

    pub(super) fn resource_type(&self) -> ResourceType {
        match self {
            Tagged::Vpc(_) => ResourceType::Vpc,
            Tagged::Subnet(_) => ResourceType::Subnet,
            Tagged::SecurityGroup(_) => ResourceType::SecurityGroup,
            Tagged::RouteTable(_) => ResourceType::RouteTable,
            Tagged::NetworkAcl(_) => ResourceType::NetworkAcl,
        }
    }

    pub(super) fn tags(&self) -> &Tags {
        match self {
            Tagged::Vpc(known) => &known.record.tags,
            Tagged::Subnet(known) => &known.record.tags,
            Tagged::SecurityGroup(known) => &known.record.tags,
            Tagged::RouteTable(known) => &known.record.tags,
            Tagged::NetworkAcl(known) => &known.record.tags,
        }
    }

    /// Puts other tags into the turn's plan.
    pub(super) fn set_tags(&self, turn: &mut Turn<'_>, tags: Tags) {
        match self {
            Tagged::Vpc(known) => {
                turn.plan.update(known, Vpc { tags, ..(*known.record).clone() });
            }
            Tagged::Subnet(known) => {
                turn.plan.update(known, Subnet { tags, ..(*known.record).clone() });
            }
            Tagged::SecurityGroup(known) => {
                turn.plan.update(known, SecurityGroup { tags, ..(*known.record).clone() });
            }
            Tagged::RouteTable(known) => {
                turn.plan.update(known, RouteTable { tags, ..(*known.record).clone() });
            }
            Tagged::NetworkAcl(known) => {
                turn.plan.update(known, NetworkAcl { tags, ..(*known.record).clone() });
            }
        }
    }
}
