//! Route tables and what they lead to: gateways, and the public addresses that those use.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{Cidr, Tags};
use crate::{Scope, Timestamp};

/// Where packets of some subnets go. That the VPC's own range is local goes without saying.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTable {
    pub scope: Scope,
    pub id: String,
    pub vpc_id: String,
    /// By destination, which is no part of the VPC's range.
    pub routes: BTreeMap<Cidr, RouteTarget>,
    /// By id. A VPC has one main association, and a subnet at most one.
    pub associations: BTreeMap<String, RouteTableAssociation>,
    pub tags: Tags,
}

/// A target that is gone leaves its route, which then is a black hole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RouteTarget {
    InternetGateway(String),
    NatGateway(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RouteTableAssociation {
    /// With every subnet of the VPC that has none of its own.
    Main,
    Subnet(String),
}

impl RouteTable {
    pub fn is_main(&self) -> bool {
        self.associations.values().any(|each| *each == RouteTableAssociation::Main)
    }

    /// Whether it has an association of its own with the subnet.
    pub fn names(&self, subnet_id: &str) -> bool {
        let wanted = |each: &RouteTableAssociation| match each {
            RouteTableAssociation::Main => false,
            RouteTableAssociation::Subnet(id) => id == subnet_id,
        };
        self.associations.values().any(wanted)
    }

    /// The target of the narrowest route that leads to an address; `None` where none does.
    pub fn route_to(&self, address: Ipv4Addr) -> Option<(Cidr, &RouteTarget)> {
        let leading = self.routes.iter().filter(|(range, _)| range.contains(address));
        leading.max_by_key(|(range, _)| range.prefix()).map(|(range, target)| (*range, target))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InternetGateway {
    pub scope: Scope,
    pub id: String,
    /// The VPC it is attached to. A VPC has at most one.
    pub vpc_id: Option<String>,
    pub tags: Tags,
}

/// Its private address is that of an interface which it owns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NatGateway {
    pub scope: Scope,
    pub id: String,
    pub vpc_id: String,
    pub subnet_id: String,
    pub interface_id: String,
    pub private_address: Ipv4Addr,
    pub connectivity: NatConnectivity,
    pub created_at: Timestamp,
    /// COMPAT: one that was deleted is shown for about an hour ("Delete a NAT gateway").
    pub deleted_at: Option<Timestamp>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NatConnectivity {
    /// Reaches outside under an Elastic IP address.
    Public { allocation_id: String },
    /// Reaches nothing outside.
    Private,
}

/// An address outside of every VPC, that stands for one inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElasticIp {
    pub scope: Scope,
    pub allocation_id: String,
    pub address: Ipv4Addr,
    pub association: Option<ElasticIpAssociation>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElasticIpAssociation {
    pub id: String,
    pub interface_id: String,
    pub private_address: Ipv4Addr,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_route_leads() {
        let range = |text: &str| Cidr::parse(text).expect("a range");
        let table = RouteTable {
            scope: Scope::new("000000000000", "us-east-1"),
            id: "rtb-1".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            routes: BTreeMap::from([
                (range("0.0.0.0/0"), RouteTarget::InternetGateway("igw-1".to_owned())),
                (range("8.8.0.0/16"), RouteTarget::NatGateway("nat-1".to_owned())),
            ]),
            associations: BTreeMap::from([(
                "rtbassoc-1".to_owned(),
                RouteTableAssociation::Subnet("subnet-1".to_owned()),
            )]),
            tags: Tags::new(),
        };
        assert_eq!(
            table.route_to(Ipv4Addr::new(8, 8, 8, 8)),
            Some((range("8.8.0.0/16"), &RouteTarget::NatGateway("nat-1".to_owned())))
        );
        assert_eq!(
            table.route_to(Ipv4Addr::new(9, 9, 9, 9)),
            Some((range("0.0.0.0/0"), &RouteTarget::InternetGateway("igw-1".to_owned())))
        );
        assert!(table.names("subnet-1") && !table.names("subnet-2") && !table.is_main());
    }
}
