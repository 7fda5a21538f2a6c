//! What EC2 lets its things be called: by ids, by names, and by what they are associated with.

use model::{Scope, Snapshot};

use crate::authorize::template::ANY;
use crate::ec2::{network_acl, route_table, security_group as groups};

/// A resource's id with its kind before it, which the id begins with in short.
pub(super) fn tagged(id: &str) -> String {
    let kind = match id.rsplit_once('-').map_or(id, |(kind, _)| kind) {
        "acl" => "network-acl",
        "eipalloc" => "elastic-ip",
        "eni" => "network-interface",
        "igw" => "internet-gateway",
        "nat" => "natgateway",
        "pl" => "prefix-list",
        "rtb" => "route-table",
        "sg" => "security-group",
        "sgr" => "security-group-rule",
        "subnet" => "subnet",
        "vpc" => "vpc",
        _ => "*",
    };
    format!("{kind}/{id}")
}

/// The id of a group that may be named, as no name begins as ids do.
pub(super) fn security_group(snapshot: &Snapshot, scope: &Scope, text: &str) -> String {
    if text.starts_with("sg-") {
        return text.to_owned();
    }
    groups::find_named(snapshot, scope, text).map_or_else(|_| any(), |group| group.id.clone())
}

/// The id of the table of an association.
pub(super) fn route_table_of(snapshot: &Snapshot, scope: &Scope, id: &str) -> String {
    let found = route_table::find_association(snapshot, scope, id);
    found.map_or_else(|_| any(), |(table, _)| table.id.clone())
}

/// The id of the network ACL of an association.
pub(super) fn network_acl_of(snapshot: &Snapshot, scope: &Scope, id: &str) -> String {
    let found = network_acl::find_association(snapshot, scope, id);
    found.map_or_else(|_| any(), |(acl, _)| acl.id.clone())
}

/// The allocation of an association.
pub(super) fn elastic_ip_of(snapshot: &Snapshot, scope: &Scope, id: &str) -> String {
    let mut known = snapshot.elastic_ips.list(scope);
    let found = known.find(|it| it.association.as_ref().is_some_and(|it| it.id == id));
    found.map_or_else(any, |it| it.allocation_id.clone())
}

fn any() -> String {
    ANY.to_owned()
}
