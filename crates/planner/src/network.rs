//! Addresses: the default VPC of a region, and a free address for an interface.
//
// COMPAT: the default VPC's ranges are the Amazon VPC User Guide's ("Default VPC
// components"): 172.31.0.0/16 with a /20 subnet in each availability zone.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use model::{Cidr, Entry, Plan, Rng, Scope, SecurityGroup, Snapshot, Subnet, Tags, Vpc};

/// The prefix of the subnets that a default VPC is cut into.
const DEFAULT_SUBNET_BITS: u8 = 4;

/// The letters of the zones that a region has.
const ZONES: [char; 3] = ['a', 'b', 'c'];

/// The records that a region has from its first use.
#[derive(Clone, Debug)]
pub struct DefaultNetwork {
    pub vpc: Vpc,
    pub subnets: Vec<Subnet>,
    pub security_group: SecurityGroup,
}

/// Makes the default VPC of a scope that has none; `None` where it has one.
pub fn default_network(
    snapshot: &Snapshot,
    scope: &Scope,
    cidr: Cidr,
    rng: &mut Rng,
) -> Option<DefaultNetwork> {
    if snapshot.vpcs.list(scope).any(|vpc| vpc.is_default) {
        return None;
    }
    let vpc_id = format!("vpc-{}", rng.hex(17));
    let prefix = cidr.prefix() + DEFAULT_SUBNET_BITS;
    let subnets = ZONES
        .iter()
        .zip(0_u64..)
        .map(|(zone, index)| Subnet {
            scope: scope.clone(),
            id: format!("subnet-{}", rng.hex(17)),
            vpc_id: vpc_id.clone(),
            cidr: subnet_range(cidr, prefix, index),
            availability_zone: format!("{}{zone}", scope.region),
            is_default: true,
            tags: Tags::new(),
        })
        .collect();
    let security_group = SecurityGroup {
        scope: scope.clone(),
        id: format!("sg-{}", rng.hex(17)),
        vpc_id: vpc_id.clone(),
        name: "default".to_owned(),
        description: "default VPC security group".to_owned(),
        tags: Tags::new(),
    };
    let vpc = Vpc { scope: scope.clone(), id: vpc_id, cidr, is_default: true, tags: Tags::new() };
    Some(DefaultNetwork { vpc, subnets, security_group })
}

impl DefaultNetwork {
    pub fn insert_into(self, plan: &mut Plan) {
        plan.insert(self.vpc);
        plan.insert(self.security_group);
        for subnet in self.subnets {
            plan.insert(subnet);
        }
    }
}

fn subnet_range(cidr: Cidr, prefix: u8, index: u64) -> Cidr {
    let base = cidr
        .address(index << (32 - u32::from(prefix)))
        .expect("three of sixteen parts fit in the range");
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
    // The default VPCs of all regions have one range, and one host routes them all: an
    // address is one interface's, whatever its VPC.
    let is_held = |address: &Ipv4Addr| {
        snapshot.vpcs.all().any(|vpc| {
            snapshot.interfaces.get(&vpc.scope, &format!("{}/{address}", vpc.id)).is_some()
        })
    };
    let is_free =
        |address: &Ipv4Addr| !is_held(address) && !taken.iter().any(|(_, given)| given == address);
    let exhausted = || Exhausted { subnet_id: subnet.id.clone() };
    let count = subnet.usable_addresses().count();
    let start = rng.below(u64::try_from(count.max(1)).unwrap_or(1)) as usize;
    let mut candidates = subnet.usable_addresses().skip(start);
    candidates
        .find(is_free)
        .or_else(|| subnet.usable_addresses().take(start).find(is_free))
        .ok_or_else(exhausted)
}

/// A locally administered MAC address, `02:…`.
pub fn mac_address(rng: &mut Rng) -> String {
    let bits = rng.next_u64().to_be_bytes();
    format!("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bits[0], bits[1], bits[2], bits[3], bits[4])
}
