//! Addresses: the default VPC of a region, and a free address for an interface.
//
// COMPAT: the default VPC's ranges are the Amazon VPC User Guide's ("Default VPC
// components"): 172.31.0.0/16 with a /20 subnet in each availability zone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use model::{
    Cidr, DefaultVpc, Entry, InternetGateway, NetworkAcl, Plan, PublicRange, Rng, RouteTable,
    RouteTableAssociation, RouteTarget, Scope, SecurityGroup, Snapshot, Subnet, Tags, Vpc,
    VpcAttributes,
};

/// The prefix of the subnets that a default VPC is cut into.
const DEFAULT_SUBNET_BITS: u8 = 4;

/// The letters of the zones that a region has.
pub const ZONES: [char; 3] = ['a', 'b', 'c'];

/// The records that a region has from its first use.
#[derive(Clone, Debug)]
pub struct DefaultNetwork {
    pub vpc: NewVpc,
    pub subnets: Vec<Subnet>,
    pub gateway: InternetGateway,
}

/// A VPC and what AWS makes with each: nothing can be done in it without them.
#[derive(Clone, Debug)]
pub struct NewVpc {
    pub vpc: Vpc,
    pub route_table: RouteTable,
    pub network_acl: NetworkAcl,
    pub security_group: SecurityGroup,
}

/// Makes the default VPC of a scope that never had one; `None` where it has, or had, one.
pub fn default_network(
    snapshot: &Snapshot,
    scope: &Scope,
    cidr: Cidr,
    rng: &mut Rng,
) -> Option<DefaultNetwork> {
    (!had_default_network(snapshot, scope)).then(|| new_default_network(scope, cidr, rng))
}

/// Whether a scope has a default VPC, or had one that was deleted.
pub fn had_default_network(snapshot: &Snapshot, scope: &Scope) -> bool {
    snapshot.default_vpcs.get(scope, DefaultVpc::ID).is_some()
        || snapshot.vpcs.list(scope).any(|vpc| vpc.is_default)
}

/// A default VPC with all that is in it.
pub fn new_default_network(scope: &Scope, cidr: Cidr, rng: &mut Rng) -> DefaultNetwork {
    let mut made = new_vpc(scope, cidr, rng);
    made.vpc.is_default = true;
    made.vpc.attributes.has_dns_hostnames = true;
    let gateway = InternetGateway {
        scope: scope.clone(),
        id: format!("igw-{}", rng.hex(17)),
        vpc_id: Some(made.vpc.id.clone()),
        tags: Tags::new(),
    };
    let leads_out = RouteTarget::InternetGateway(gateway.id.clone());
    made.route_table.routes.insert(Cidr::EVERYWHERE, leads_out);
    let subnets: Vec<Subnet> =
        ZONES.iter().map(|zone| default_subnet(&made.vpc, *zone, rng)).collect();
    for subnet in &subnets {
        made.network_acl.associations.insert(acl_association_id(rng), subnet.id.clone());
    }
    DefaultNetwork { vpc: made, subnets, gateway }
}

/// A VPC without subnets.
///
/// COMPAT: it comes with a main route table, an open network ACL and a default security group
/// ("VPC basics", Amazon VPC User Guide).
pub fn new_vpc(scope: &Scope, cidr: Cidr, rng: &mut Rng) -> NewVpc {
    let vpc_id = format!("vpc-{}", rng.hex(17));
    let attributes = VpcAttributes {
        is_dns_supported: true,
        has_dns_hostnames: false,
        has_address_usage_metrics: false,
    };
    let group_id = format!("sg-{}", rng.hex(17));
    let main = (format!("rtbassoc-{}", rng.hex(17)), RouteTableAssociation::Main);
    NewVpc {
        route_table: RouteTable {
            scope: scope.clone(),
            id: format!("rtb-{}", rng.hex(17)),
            vpc_id: vpc_id.clone(),
            routes: BTreeMap::new(),
            associations: BTreeMap::from([main]),
            tags: Tags::new(),
        },
        network_acl: NetworkAcl {
            scope: scope.clone(),
            id: format!("acl-{}", rng.hex(17)),
            vpc_id: vpc_id.clone(),
            is_default: true,
            entries: NetworkAcl::default_entries(),
            associations: BTreeMap::new(),
            tags: Tags::new(),
        },
        security_group: SecurityGroup {
            scope: scope.clone(),
            rules: SecurityGroup::default_rules(&group_id),
            id: group_id,
            vpc_id: vpc_id.clone(),
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            tags: Tags::new(),
        },
        vpc: Vpc {
            scope: scope.clone(),
            id: vpc_id,
            cidr,
            is_default: false,
            attributes,
            tags: Tags::new(),
        },
    }
}

/// The default subnet of one of the region's zones, in its own part of the default VPC's range.
pub fn default_subnet(vpc: &Vpc, zone: char, rng: &mut Rng) -> Subnet {
    let index = ZONES.iter().position(|known| *known == zone).unwrap_or_default();
    Subnet {
        scope: vpc.scope.clone(),
        id: format!("subnet-{}", rng.hex(17)),
        vpc_id: vpc.id.clone(),
        cidr: subnet_range(vpc.cidr, vpc.cidr.prefix() + DEFAULT_SUBNET_BITS, index as u64),
        availability_zone: format!("{}{zone}", vpc.scope.region),
        is_default: true,
        maps_public_ip_on_launch: true,
        tags: Tags::new(),
    }
}

pub fn acl_association_id(rng: &mut Rng) -> String {
    format!("aclassoc-{}", rng.hex(17))
}

impl DefaultNetwork {
    /// For a scope that never had one.
    pub fn insert_into(self, plan: &mut Plan) {
        plan.insert(self.record());
        self.insert_parts_into(plan);
    }

    /// For a scope whose default VPC was deleted.
    pub fn replace_into(self, deleted: &Entry<DefaultVpc>, plan: &mut Plan) {
        plan.update(deleted, self.record());
        self.insert_parts_into(plan);
    }

    fn record(&self) -> DefaultVpc {
        let vpc = &self.vpc.vpc;
        DefaultVpc { scope: vpc.scope.clone(), vpc_id: Some(vpc.id.clone()) }
    }

    fn insert_parts_into(self, plan: &mut Plan) {
        self.vpc.insert_into(plan);
        plan.insert(self.gateway);
        for subnet in self.subnets {
            plan.insert(subnet);
        }
    }
}

impl NewVpc {
    pub fn insert_into(self, plan: &mut Plan) {
        plan.insert(self.vpc);
        plan.insert(self.route_table);
        plan.insert(self.network_acl);
        plan.insert(self.security_group);
    }
}

/// The ranges that a default VPC can be cut into, in order.
pub fn default_subnet_ranges(vpc: &Vpc) -> impl Iterator<Item = Cidr> {
    let (cidr, prefix) = (vpc.cidr, vpc.cidr.prefix() + DEFAULT_SUBNET_BITS);
    (0..1 << DEFAULT_SUBNET_BITS).map(move |index| subnet_range(cidr, prefix, index))
}

fn subnet_range(cidr: Cidr, prefix: u8, index: u64) -> Cidr {
    let base =
        cidr.address(index << (32 - u32::from(prefix))).expect("sixteen parts fit in the range");
    Cidr::new(base, prefix).expect("a part of a range has no bits beyond its prefix")
}

/// No address of the subnet is free.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("subnet `{subnet_id}` has no free address")]
pub struct Exhausted {
    pub subnet_id: String,
}

/// A free address of the subnet that is not in `taken` either.
///
/// LIMIT: plans of two regions at the same instant may pick the same; the second task
/// then fails to attach, and is replaced.
/// The search starts at a random place, so that an address just released is not
/// the next one given, and concurrent plans seldom pick the same.
pub fn free_address(
    snapshot: &Snapshot,
    subnet: &Entry<Subnet>,
    taken: &BTreeSet<(String, Ipv4Addr)>,
    rng: &mut Rng,
) -> Result<Ipv4Addr, Exhausted> {
    let is_free = |address: &Ipv4Addr| {
        !is_held(snapshot, *address) && !taken.iter().any(|(_, given)| given == address)
    };
    let exhausted = || Exhausted { subnet_id: subnet.id.clone() };
    let count = subnet.usable_addresses().count();
    let start = rng.below(u64::try_from(count.max(1)).unwrap_or(1)) as usize;
    let mut candidates = subnet.usable_addresses().skip(start);
    candidates
        .find(is_free)
        .or_else(|| subnet.usable_addresses().take(start).find(is_free))
        .ok_or_else(exhausted)
}

/// No address of the host's public range is free, or it has no such range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no public address is free")]
pub struct NoPublicAddress;

/// A free address of the public range that is not in `taken` either.
///
/// Whoever takes it inserts its record, which a concurrent plan's of the same address conflicts
/// with. Neither the first nor the last of the range is given, as they may mean the whole of it.
pub fn free_public_address(
    snapshot: &Snapshot,
    taken: &BTreeSet<(String, Ipv4Addr)>,
    rng: &mut Rng,
) -> Result<Ipv4Addr, NoPublicAddress> {
    let scope = PublicRange::scope();
    let range = snapshot.public_ranges.get(&scope, PublicRange::ID).ok_or(NoPublicAddress)?.range;
    let is_free = |address: &Ipv4Addr| {
        snapshot.public_addresses.get(&scope, &address.to_string()).is_none()
            && !taken.iter().any(|(_, given)| given == address)
    };
    let count = range.size().saturating_sub(2);
    let start = rng.below(count.max(1));
    (0..count)
        .filter_map(|step| range.address(1 + (start + step) % count))
        .find(is_free)
        .ok_or(NoPublicAddress)
}

/// Writes down what the public range is. Addresses of another range stay with their holders.
pub fn set_public_range(snapshot: &Snapshot, range: Cidr) -> Plan {
    let mut plan = Plan::new();
    let wanted = PublicRange { range };
    match snapshot.public_ranges.get(&PublicRange::scope(), PublicRange::ID) {
        None => plan.insert(wanted),
        Some(known) if *known.record == wanted => {}
        Some(known) => plan.update(known, wanted),
    }
    plan
}

/// Whether any interface has the address. The default VPCs of all regions have one range, and one
/// host routes them all: an address is one interface's, whatever its VPC.
pub fn is_held(snapshot: &Snapshot, address: Ipv4Addr) -> bool {
    snapshot
        .vpcs
        .all()
        .any(|vpc| snapshot.interfaces.get(&vpc.scope, &format!("{}/{address}", vpc.id)).is_some())
}

/// A locally administered MAC address, `02:…`.
pub fn mac_address(rng: &mut Rng) -> String {
    let bits = rng.next_u64().to_be_bytes();
    format!("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bits[0], bits[1], bits[2], bits[3], bits[4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{PublicAddress, PublicAddressHolder};

    #[test]
    fn every_public_address_is_given_once_and_is_free_again() {
        let mut snapshot = Snapshot::default();
        let mut rng = Rng::seeded(1);
        let none = BTreeSet::new();
        assert_eq!(free_public_address(&snapshot, &none, &mut rng), Err(NoPublicAddress));
        let range = Cidr::parse("198.18.0.0/28").expect("a range");
        snapshot.apply(1, &set_public_range(&snapshot, range).changes);
        assert!(set_public_range(&snapshot, range).is_empty());
        let mut given = BTreeSet::new();
        for revision in 2..16 {
            let address = free_public_address(&snapshot, &none, &mut rng).expect("one is free");
            assert!(range.contains(address) && given.insert(address), "{address}");
            let mut plan = Plan::new();
            plan.insert(PublicAddress {
                address,
                holder: PublicAddressHolder::ElasticIp {
                    scope: Scope::new("000000000000", "us-east-1"),
                    allocation_id: format!("eipalloc-{revision}"),
                },
            });
            snapshot.apply(revision, &plan.changes);
        }
        assert_eq!(free_public_address(&snapshot, &none, &mut rng), Err(NoPublicAddress));
        // None of the holders is there: all are taken back.
        let reaped = crate::reaper::plan(&snapshot, model::Timestamp::EPOCH);
        assert_eq!(reaped.changes.len(), given.len());
        snapshot.apply(16, &reaped.changes);
        let taken = given.iter().skip(1).map(|address| (String::new(), *address)).collect();
        let left = free_public_address(&snapshot, &taken, &mut rng);
        assert_eq!(left.ok(), given.first().copied());
    }
}
