//! What can have tags, by id.

use std::collections::BTreeSet;

use aws_api::ec2::ResourceType;
use model::{
    ElasticIp, Entry, Interface, InternetGateway, NatGateway, Scope, SecurityGroup, Snapshot,
    Subnet, Tags, Vpc,
};
use wire::ApiError;

use super::describe::{self, IdKind};
use super::{
    elastic_ip, internet_gateway, nat_gateway, network_interface, security_group, subnet, vpc,
};
use crate::Turn;

/// LIMIT: COMPAT: resources in one request.
const RESOURCES_MAX: usize = 1_000;

/// A resource that an id names.
#[derive(Debug)]
pub(super) enum Tagged<'a> {
    Vpc(&'a Entry<Vpc>),
    Subnet(&'a Entry<Subnet>),
    SecurityGroup(&'a Entry<SecurityGroup>),
    ElasticIp(&'a Entry<ElasticIp>),
    Interface(&'a Entry<Interface>),
    InternetGateway(&'a Entry<InternetGateway>),
    NatGateway(&'a Entry<NatGateway>),
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
    let addresses = snapshot.elastic_ips.list(scope).map(Tagged::ElasticIp);
    let interfaces = snapshot.interfaces.list(scope).map(Tagged::Interface);
    let gateways = snapshot.internet_gateways.list(scope).map(Tagged::InternetGateway);
    let nat_gateways = snapshot.nat_gateways.list(scope).map(Tagged::NatGateway);
    let leading_out = addresses.chain(interfaces).chain(gateways).chain(nat_gateways);
    groups.chain(subnets).chain(snapshot.vpcs.list(scope).map(Tagged::Vpc)).chain(leading_out)
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
        "eipalloc" => {
            checked(elastic_ip::ID)?;
            let found = snapshot.elastic_ips.get(scope, id).map(Tagged::ElasticIp);
            (elastic_ip::ID, found)
        }
        "eni" => {
            checked(network_interface::ID)?;
            let found = snapshot
                .interfaces
                .list(scope)
                .find(|known| known.record.id == id)
                .map(Tagged::Interface);
            (network_interface::ID, found)
        }
        "igw" => {
            checked(internet_gateway::ID)?;
            let found = snapshot.internet_gateways.get(scope, id).map(Tagged::InternetGateway);
            (internet_gateway::ID, found)
        }
        "nat" => {
            checked(nat_gateway::ID)?;
            let found = snapshot.nat_gateways.get(scope, id).map(Tagged::NatGateway);
            (nat_gateway::ID, found)
        }
        "sgr" => {
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
            Tagged::ElasticIp(known) => &known.record.allocation_id,
            Tagged::Interface(known) => &known.record.id,
            Tagged::InternetGateway(known) => &known.record.id,
            Tagged::NatGateway(known) => &known.record.id,
        }
    }

    pub(super) fn resource_type(&self) -> ResourceType {
        match self {
            Tagged::Vpc(_) => ResourceType::Vpc,
            Tagged::Subnet(_) => ResourceType::Subnet,
            Tagged::SecurityGroup(_) => ResourceType::SecurityGroup,
            Tagged::ElasticIp(_) => ResourceType::ElasticIp,
            Tagged::Interface(_) => ResourceType::NetworkInterface,
            Tagged::InternetGateway(_) => ResourceType::InternetGateway,
            Tagged::NatGateway(_) => ResourceType::Natgateway,
        }
    }

    pub(super) fn tags(&self) -> &Tags {
        match self {
            Tagged::Vpc(known) => &known.record.tags,
            Tagged::Subnet(known) => &known.record.tags,
            Tagged::SecurityGroup(known) => &known.record.tags,
            Tagged::ElasticIp(known) => &known.record.tags,
            Tagged::Interface(known) => &known.record.tags,
            Tagged::InternetGateway(known) => &known.record.tags,
            Tagged::NatGateway(known) => &known.record.tags,
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
            Tagged::ElasticIp(known) => {
                turn.plan.update(known, ElasticIp { tags, ..(*known.record).clone() });
            }
            Tagged::Interface(known) => {
                turn.plan.update(known, Interface { tags, ..(*known.record).clone() });
            }
            Tagged::InternetGateway(known) => {
                turn.plan.update(known, InternetGateway { tags, ..(*known.record).clone() });
            }
            Tagged::NatGateway(known) => {
                turn.plan.update(known, NatGateway { tags, ..(*known.record).clone() });
            }
        }
    }
}
