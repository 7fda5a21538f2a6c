//! Route tables as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{
    Cidr, Entry, RouteTable, RouteTableAssociation, RouteTarget, Scope, Snapshot, Subnet, Tags,
};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::tags;
use crate::Turn;

pub(super) const ID: IdKind = IdKind {
    prefix: "rtb",
    malformed: "InvalidRouteTableId.Malformed",
    not_found: "InvalidRouteTableID.NotFound",
    noun: "routeTable ID",
};

pub(super) const ASSOCIATION_ID: IdKind = IdKind {
    prefix: "rtbassoc",
    malformed: "InvalidAssociationID.Malformed",
    not_found: "InvalidAssociationID.NotFound",
    noun: "association ID",
};

/// COMPAT: the target of the route to the VPC's own range.
const LOCAL: &str = "local";

impl Resource for &Entry<RouteTable> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "association.main",
            "association.route-table-association-id",
            "association.route-table-id",
            "association.subnet-id",
            "owner-id",
            "route-table-id",
            "route.destination-cidr-block",
            "route.gateway-id",
            "route.nat-gateway-id",
            "route.origin",
            "route.state",
            "vpc-id",
        ],
        absent: &[
            "association.gateway-id",
            "route.destination-ipv6-cidr-block",
            "route.destination-prefix-list-id",
            "route.egress-only-internet-gateway-id",
            "route.instance-id",
            "route.transit-gateway-id",
            "route.vpc-peering-connection-id",
        ],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, snapshot: &Snapshot, name: &str) -> Vec<String> {
        if name.starts_with("association.") {
            let shown = associations(self);
            return shown.filter_map(|shown| association_value(shown, name)).collect();
        }
        if name.starts_with("route.") {
            let shown = routes(snapshot, self).into_iter();
            return shown.filter_map(|shown| route_value(shown, name)).collect();
        }
        match name {
            "owner-id" => vec![self.scope.account.clone()],
            "route-table-id" => vec![self.record.id.clone()],
            "vpc-id" => vec![self.vpc_id.clone()],
            _ => Vec::new(),
        }
    }
}

fn association_value(shown: ec2::RouteTableAssociation, name: &str) -> Option<String> {
    match name {
        "association.main" => shown.main.map(|is_main| is_main.to_string()),
        "association.route-table-association-id" => shown.route_table_association_id,
        "association.route-table-id" => shown.route_table_id,
        "association.subnet-id" => shown.subnet_id,
        _ => None,
    }
}

fn route_value(shown: ec2::Route, name: &str) -> Option<String> {
    match name {
        "route.destination-cidr-block" => shown.destination_cidr_block,
        "route.gateway-id" => shown.gateway_id,
        "route.nat-gateway-id" => shown.nat_gateway_id,
        "route.origin" => shown.origin.map(|origin| origin.as_str().to_owned()),
        "route.state" => shown.state.map(|state| state.as_str().to_owned()),
        _ => None,
    }
}

pub(super) fn render(snapshot: &Snapshot, table: &RouteTable) -> ec2::RouteTable {
    ec2::RouteTable {
        associations: Some(associations(table).collect()),
        propagating_vgws: Some(Vec::new()),
        route_table_id: Some(table.id.clone()),
        routes: Some(routes(snapshot, table)),
        tags: Some(tags::render(&table.tags)),
        vpc_id: Some(table.vpc_id.clone()),
        owner_id: Some(table.scope.account.clone()),
    }
}

/// COMPAT: the main association names no subnet.
fn associations(table: &RouteTable) -> impl Iterator<Item = ec2::RouteTableAssociation> {
    table.associations.iter().map(|(id, association)| {
        let (main, subnet_id) = match association {
            RouteTableAssociation::Main => (true, None),
            RouteTableAssociation::Subnet(id) => (false, Some(id.clone())),
        };
        ec2::RouteTableAssociation {
            main: Some(main),
            route_table_association_id: Some(id.clone()),
            route_table_id: Some(table.id.clone()),
            subnet_id,
            association_state: Some(associated()),
            ..ec2::RouteTableAssociation::default()
        }
    })
}

/// The state of every association: one is made, or not, at once.
pub(super) fn associated() -> ec2::RouteTableAssociationState {
    ec2::RouteTableAssociationState {
        state: Some(ec2::RouteTableAssociationStateCode::Associated),
        status_message: None,
    }
}

/// The local route, and then the others by destination.
fn routes(snapshot: &Snapshot, table: &RouteTable) -> Vec<ec2::Route> {
    let local = local_range(snapshot, table).map(|range| ec2::Route {
        destination_cidr_block: Some(range.to_string()),
        gateway_id: Some(LOCAL.to_owned()),
        origin: Some(ec2::RouteOrigin::CreateRouteTable),
        state: Some(ec2::RouteState::Active),
        ..ec2::Route::default()
    });
    let others = table.routes.iter().map(|(range, target)| {
        let (gateway_id, nat_gateway_id) = match target {
            RouteTarget::InternetGateway(id) => (Some(id.clone()), None),
            RouteTarget::NatGateway(id) => (None, Some(id.clone())),
        };
        ec2::Route {
            destination_cidr_block: Some(range.to_string()),
            gateway_id,
            nat_gateway_id,
            origin: Some(ec2::RouteOrigin::CreateRoute),
            state: Some(state(snapshot, table, target)),
            ..ec2::Route::default()
        }
    });
    local.into_iter().chain(others).collect()
}

/// COMPAT: "The `blackhole` state indicates that the route's target isn't available" (`Route`).
fn state(snapshot: &Snapshot, table: &RouteTable, target: &RouteTarget) -> ec2::RouteState {
    let is_there = match target {
        RouteTarget::InternetGateway(id) => {
            let known = snapshot.internet_gateways.get(&table.scope, id);
            known.is_some_and(|gateway| gateway.vpc_id.as_ref() == Some(&table.vpc_id))
        }
        RouteTarget::NatGateway(id) => {
            let known = snapshot.nat_gateways.get(&table.scope, id);
            known.is_some_and(|gateway| gateway.deleted_at.is_none())
        }
    };
    if is_there { ec2::RouteState::Active } else { ec2::RouteState::Blackhole }
}

/// The range of its VPC, to which every table has a route that is no record of its own.
pub(super) fn local_range(snapshot: &Snapshot, table: &RouteTable) -> Option<Cidr> {
    snapshot.vpcs.get(&table.scope, &table.vpc_id).map(|vpc| vpc.cidr)
}

/// The table that an id names.
pub(super) fn find<'a>(turn: &Turn<'a>, id: &str) -> Result<&'a Entry<RouteTable>, ApiError> {
    describe::find(&turn.snapshot.route_tables, turn.scope(), (ID, id))
}

/// The table that has an association, and what it is with.
pub(crate) fn find_association<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    id: &str,
) -> Result<(&'a Entry<RouteTable>, &'a RouteTableAssociation), ApiError> {
    describe::check_id(ASSOCIATION_ID, id)?;
    for table in snapshot.route_tables.all().filter(|table| table.scope == *scope) {
        if let Some(association) = table.associations.get(id) {
            return Ok((table, association));
        }
    }
    Err(describe::not_found(ASSOCIATION_ID, id))
}

/// The table that a subnet has an association of its own with, and the association's id.
pub(super) fn of_subnet<'a>(
    snapshot: &'a Snapshot,
    subnet: &Subnet,
) -> Option<(&'a Entry<RouteTable>, &'a String)> {
    let mut tables = snapshot.route_tables.all().filter(|table| table.scope == subnet.scope);
    let own = RouteTableAssociation::Subnet(subnet.id.clone());
    tables.find_map(|table| {
        let mut associations = table.associations.iter();
        associations.find(|(_, each)| **each == own).map(|(id, _)| (table, id))
    })
}

/// What a table is with another association in it.
pub(super) fn with_association(
    table: &RouteTable,
    (id, association): (String, RouteTableAssociation),
) -> RouteTable {
    let mut changed = table.clone();
    changed.associations.insert(id, association);
    changed
}

/// What a table is without one of its associations.
pub(super) fn without_association(table: &RouteTable, id: &str) -> RouteTable {
    let mut changed = table.clone();
    changed.associations.remove(id);
    changed
}

/// Refuses what is of two VPCs.
pub(super) fn other_network(table: &RouteTable, other: &str) -> ApiError {
    super::invalid(format!("route table {} and {other} belong to different networks", table.id))
}
