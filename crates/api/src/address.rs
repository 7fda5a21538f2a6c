//! Private addresses: one is one interface's on the whole host, whatever its VPC.

use std::net::Ipv4Addr;

use model::{Key, Kind};

use crate::Turn;

/// The plan fails where a concurrent one takes the address in another VPC of its range.
pub(crate) fn keep_from_others(turn: &mut Turn<'_>, vpc_id: &str, address: Ipv4Addr) {
    for vpc in turn.snapshot.vpcs.all() {
        if vpc.id != vpc_id && vpc.cidr.contains(address) {
            turn.plan.absent(Key {
                kind: Kind::Interface,
                scope: vpc.scope.clone(),
                id: format!("{}/{address}", vpc.id),
            });
        }
    }
}
