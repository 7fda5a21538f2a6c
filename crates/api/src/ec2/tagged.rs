//! What can have tags, by id.

use std::collections::BTreeSet;

use aws_api::ec2::ResourceType;
use model::{
    AnyRecord, Change, ElasticIp, Entry, Interface, InternetGateway, NatGateway, NetworkAcl, Plan,
    PrefixList, Record as _, RouteTable, Scope, SecurityGroup, Snapshot, Subnet, Tags, Vpc,
};
use wire::ApiError;

use super::describe::{self, IdKind};
use super::security_group::Rule;
use super::{
    elastic_ip, internet_gateway, nat_gateway, network_acl, network_interface, prefix_list,
    route_table, security_group, subnet, vpc,
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
    SecurityGroupRule(&'a Entry<SecurityGroup>, Rule<'a>),
    PrefixList(&'a Entry<PrefixList>),
    ElasticIp(&'a Entry<ElasticIp>),
    Interface(&'a Entry<Interface>),
    InternetGateway(&'a Entry<InternetGateway>),
    NatGateway(&'a Entry<NatGateway>),
    RouteTable(&'a Entry<RouteTable>),
    NetworkAcl(&'a Entry<NetworkAcl>),
}

/// The resources that ids name, each once.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
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
    let lists = snapshot.prefix_lists.list(scope).map(Tagged::PrefixList);
    let subnets = snapshot.subnets.list(scope).map(Tagged::Subnet);
    let vpcs = snapshot.vpcs.list(scope).map(Tagged::Vpc);
    let addresses = snapshot.elastic_ips.list(scope).map(Tagged::ElasticIp);
    let interfaces = snapshot.interfaces.list(scope).map(Tagged::Interface);
    let gateways = snapshot.internet_gateways.list(scope).map(Tagged::InternetGateway);
    let nat_gateways = snapshot.nat_gateways.list(scope).map(Tagged::NatGateway);
    let leading_out = addresses.chain(interfaces).chain(gateways).chain(nat_gateways);
    let tables = snapshot.route_tables.list(scope).map(Tagged::RouteTable);
    let acls = snapshot.network_acls.list(scope).map(Tagged::NetworkAcl);
    let rules = rules(snapshot, scope);
    let guarding = groups.chain(rules).chain(lists).chain(tables).chain(acls);
    guarding.chain(subnets).chain(vpcs).chain(leading_out)
}

/// The tags of what an id names.
pub(crate) fn tags_of(snapshot: &Snapshot, scope: &Scope, id: &str) -> Option<Tags> {
    find_one(snapshot, scope, id).ok().map(|found| found.tags().clone())
}

fn rules<'a>(snapshot: &'a Snapshot, scope: &'a Scope) -> impl Iterator<Item = Tagged<'a>> {
    snapshot.security_groups.list(scope).flat_map(|group| {
        security_group::rules(group).map(|rule| Tagged::SecurityGroupRule(group, rule))
    })
}

fn find_one<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    id: &str,
) -> Result<Tagged<'a>, ApiError> {
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
        "sgr" => {
            checked(security_group::RULE_ID)?;
            let found = rules(snapshot, scope).find(|rule| rule.id() == id);
            (security_group::RULE_ID, found)
        }
        "pl" => {
            checked(prefix_list::ID)?;
            (prefix_list::ID, snapshot.prefix_lists.get(scope, id).map(Tagged::PrefixList))
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
        "rtb" => {
            checked(route_table::ID)?;
            (route_table::ID, snapshot.route_tables.get(scope, id).map(Tagged::RouteTable))
        }
        "acl" => {
            checked(network_acl::ID)?;
            (network_acl::ID, snapshot.network_acls.get(scope, id).map(Tagged::NetworkAcl))
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
            Tagged::SecurityGroupRule(_, rule) => rule.id,
            Tagged::PrefixList(known) => &known.record.id,
            Tagged::ElasticIp(known) => &known.record.allocation_id,
            Tagged::Interface(known) => &known.record.id,
            Tagged::InternetGateway(known) => &known.record.id,
            Tagged::NatGateway(known) => &known.record.id,
            Tagged::RouteTable(known) => &known.record.id,
            Tagged::NetworkAcl(known) => &known.record.id,
        }
    }

    pub(super) fn resource_type(&self) -> ResourceType {
        match self {
            Tagged::Vpc(_) => ResourceType::Vpc,
            Tagged::Subnet(_) => ResourceType::Subnet,
            Tagged::SecurityGroup(_) => ResourceType::SecurityGroup,
            Tagged::SecurityGroupRule(..) => ResourceType::SecurityGroupRule,
            Tagged::PrefixList(_) => ResourceType::PrefixList,
            Tagged::ElasticIp(_) => ResourceType::ElasticIp,
            Tagged::Interface(_) => ResourceType::NetworkInterface,
            Tagged::InternetGateway(_) => ResourceType::InternetGateway,
            Tagged::NatGateway(_) => ResourceType::Natgateway,
            Tagged::RouteTable(_) => ResourceType::RouteTable,
            Tagged::NetworkAcl(_) => ResourceType::NetworkAcl,
        }
    }

    pub(super) fn tags(&self) -> &Tags {
        match self {
            Tagged::Vpc(known) => &known.record.tags,
            Tagged::Subnet(known) => &known.record.tags,
            Tagged::SecurityGroup(known) => &known.record.tags,
            Tagged::SecurityGroupRule(_, rule) => &rule.record.tags,
            Tagged::PrefixList(known) => &known.record.tags,
            Tagged::ElasticIp(known) => &known.record.tags,
            Tagged::Interface(known) => &known.record.tags,
            Tagged::InternetGateway(known) => &known.record.tags,
            Tagged::NatGateway(known) => &known.record.tags,
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
                let group = take_group(&mut turn.plan, known);
                turn.plan.update(known, SecurityGroup { tags, ..group });
            }
            Tagged::SecurityGroupRule(known, rule) => {
                let mut group = take_group(&mut turn.plan, known);
                if let Some(record) = group.rules.get_mut(rule.id) {
                    record.tags = tags;
                }
                turn.plan.update(known, group);
            }
            Tagged::PrefixList(known) => {
                turn.plan.update(known, PrefixList { tags, ..(*known.record).clone() });
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
            Tagged::RouteTable(known) => {
                turn.plan.update(known, RouteTable { tags, ..(*known.record).clone() });
            }
            Tagged::NetworkAcl(known) => {
                turn.plan.update(known, NetworkAcl { tags, ..(*known.record).clone() });
            }
        }
    }
}

/// The group as the plan would write it, out of the plan: a group and its rules are one record,
/// of which one request may name several.
fn take_group(plan: &mut Plan, known: &Entry<SecurityGroup>) -> SecurityGroup {
    let key = known.record.key();
    let at = plan.changes.iter().position(|change| change.key() == key);
    match at.map(|at| plan.changes.remove(at)) {
        Some(Change::Put(AnyRecord::SecurityGroup(group))) => (*group).clone(),
        Some(_) | None => (*known.record).clone(),
    }
}
