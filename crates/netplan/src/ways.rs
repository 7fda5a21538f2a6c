//! What a subnet's route table lets its interfaces reach outside of their VPC.
//
// COMPAT: the narrowest route decides; an internet gateway needs a public address, and a public
// NAT gateway takes the way of its own subnet ("Route tables", "NAT gateways", Amazon VPC User
// Guide).

use model::packet_rules::{WayEnd, WayRule};
use model::{Cidr, Entry, NatConnectivity, NatGateway, RouteTable, RouteTarget, Snapshot, Subnet};

/// Whether an interface can be told from others outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It has a public address.
    Public,
    Private,
}

/// Marks the name of a way that an interface with a public address has.
const PUBLIC_MARK: &str = "+public";

/// The table that a subnet is associated with, or else its VPC's main one.
pub(crate) fn route_table<'a>(
    snapshot: &'a Snapshot,
    subnet: &'a Subnet,
) -> Option<&'a Entry<RouteTable>> {
    let of_vpc =
        || snapshot.route_tables.list(&subnet.scope).filter(|table| table.vpc_id == subnet.vpc_id);
    of_vpc()
        .find(|table| table.names(&subnet.id))
        .or_else(|| of_vpc().find(|table| table.is_main()))
}

pub(crate) fn name(table: &RouteTable, reach: Reach) -> String {
    let mark = match reach {
        Reach::Public => PUBLIC_MARK,
        Reach::Private => "",
    };
    format!("{}{mark}", table.id)
}

/// The rules of a table's routes, the narrowest first.
pub(crate) fn compile(snapshot: &Snapshot, table: &RouteTable, reach: Reach) -> Vec<WayRule> {
    let mut routes: Vec<(&Cidr, &RouteTarget)> = table.routes.iter().collect();
    routes.sort_by_key(|(range, _)| std::cmp::Reverse(range.prefix()));
    routes
        .into_iter()
        .flat_map(|(range, target)| match target {
            RouteTarget::InternetGateway(id) => {
                let end = match (is_attached(snapshot, table, id), reach) {
                    (false, _) => WayEnd::BlackHole,
                    (true, Reach::Private) => WayEnd::NoPublicAddress,
                    (true, Reach::Public) => WayEnd::Outside,
                };
                vec![rule(table, *range, (id, end))]
            }
            RouteTarget::NatGateway(id) => through_nat(snapshot, table, (*range, id)),
        })
        .collect()
}

pub(crate) fn is_open(way: &[WayRule]) -> bool {
    way.iter().any(|rule| rule.end == WayEnd::Outside)
}

fn rule(table: &RouteTable, range: Cidr, (target, end): (&str, WayEnd)) -> WayRule {
    WayRule { range, route_table_id: table.id.clone(), target: target.to_owned(), end }
}

fn is_attached(snapshot: &Snapshot, table: &RouteTable, gateway_id: &str) -> bool {
    let gateway = snapshot.internet_gateways.get(&table.scope, gateway_id);
    gateway.is_some_and(|gateway| gateway.vpc_id.as_ref() == Some(&table.vpc_id))
}

/// The parts of a range that the gateway's own subnet reaches by an internet gateway, and that
/// the rest of it is not reached.
fn through_nat(snapshot: &Snapshot, table: &RouteTable, (range, id): (Cidr, &str)) -> Vec<WayRule> {
    let gateway = snapshot.nat_gateways.get(&table.scope, id);
    let gateway =
        gateway.filter(|gateway| gateway.deleted_at.is_none() && gateway.vpc_id == table.vpc_id);
    let Some(gateway) = gateway else {
        return vec![rule(table, range, (id, WayEnd::BlackHole))];
    };
    let mut rules: Vec<WayRule> = own_routes(snapshot, gateway)
        .into_iter()
        .filter(|(own, _)| own.overlaps(range))
        .map(|(own, end)| (if own.prefix() > range.prefix() { own } else { range }, end))
        .map(|(part, end)| rule(table, part, (id, end)))
        .collect();
    rules.push(rule(table, range, (id, WayEnd::NatWithoutWay)));
    rules
}

/// The ranges of the routes of a gateway's subnet, the narrowest first.
fn own_routes(snapshot: &Snapshot, gateway: &NatGateway) -> Vec<(Cidr, WayEnd)> {
    match gateway.connectivity {
        NatConnectivity::Private => return Vec::new(),
        NatConnectivity::Public { .. } => {}
    }
    let subnet = snapshot.subnets.get(&gateway.scope, &gateway.subnet_id);
    let Some(table) = subnet.and_then(|subnet| route_table(snapshot, subnet)) else {
        return Vec::new();
    };
    let end = |target: &RouteTarget| match target {
        RouteTarget::InternetGateway(id) if is_attached(snapshot, table, id) => WayEnd::Outside,
        RouteTarget::InternetGateway(_) | RouteTarget::NatGateway(_) => WayEnd::NatWithoutWay,
    };
    let mut routes: Vec<(Cidr, WayEnd)> =
        table.routes.iter().map(|(range, target)| (*range, end(target))).collect();
    routes.sort_by_key(|(range, _)| std::cmp::Reverse(range.prefix()));
    routes
}
