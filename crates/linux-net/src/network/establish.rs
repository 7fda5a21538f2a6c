//! Bringing the host into the wanted state, and taking all of ours from it; both on a thread.

use std::{collections::BTreeSet, io, net::Ipv4Addr, path::Path};

use model::packet_rules::PacketRules;

use super::NetworkConfig;
use crate::{
    error::NetworkError,
    filter::{
        self,
        rules::{self, GatewayService, Generation, Table},
    },
    host::{self, uplink},
    link, namespace,
    netlink::Netlink,
};

/// Makes what the host itself holds, whatever an earlier instance left. A filter that it left is
/// kept as it is: it is the only record of the policy in force, until there is another.
pub(super) fn establish(config: &NetworkConfig) -> Result<(), NetworkError> {
    let mut netlink = Netlink::open()?;
    let claimed: Vec<_> = config.vpc_ranges.iter().copied().chain(config.public_range).collect();
    host::check(&mut netlink, &claimed, config.gateway_address)?;
    let directory = namespace::directory_of(&config.run_dir);
    std::fs::create_dir_all(&directory)
        .map_err(|error| NetworkError::kernel(format!("make `{}`", directory.display()), error))?;
    // The filter before the addresses: there is no moment in which they are open to all.
    if !filter::is_there()? {
        replace_filter(config, &PacketRules::default(), Generation::MAX)?;
    }
    host::add_address(&mut netlink, config.gateway_address)?;
    claimed.iter().try_for_each(|range| host::claim_range(&mut netlink, *range))
}

/// Puts a whole table in place of the one there is, made of what the kernel holds and this policy.
/// Nothing may be attached or detached meanwhile.
pub(super) fn replace_filter(
    config: &NetworkConfig,
    policy: &PacketRules,
    generation: Generation,
) -> Result<(), NetworkError> {
    let mut netlink = Netlink::open()?;
    let mut services: BTreeSet<GatewayService> = config.gateway_services.iter().copied().collect();
    services.extend([GatewayService::Tcp(53), GatewayService::Udp(53)]);
    let ours = link::list(&mut netlink)?.into_iter();
    let balancer_addresses: BTreeSet<Ipv4Addr> = host::held_addresses(&mut netlink)?
        .into_iter()
        .filter(|address| config.vpc_ranges.iter().any(|range| range.contains(*address)))
        .collect();
    let table = Table {
        gateway: config.gateway_address,
        services,
        ranges: config.vpc_ranges.iter().copied().collect(),
        balancer_addresses,
        attachments: ours.filter_map(|(_, held)| held).collect(),
        uplinks: uplink::list(&config.run_dir)?,
        policy: policy.clone(),
        generation,
        denied: config.denied,
    };
    filter::run(&rules::replace(&table))
}

/// Removes all that carries a mark of ours; runs on a thread. The filter goes last, so that a
/// task which is still there never stands without it.
pub(super) fn sweep(run_dir: &Path) -> Result<(), NetworkError> {
    let mut netlink = Netlink::open()?;
    for (found, _) in link::list(&mut netlink)? {
        link::remove(&mut netlink, &found)?;
    }
    let directory = namespace::directory_of(run_dir);
    for task_id in namespace::list(&directory)? {
        namespace::remove(&directory.join(task_id))?;
    }
    for address in host::own_addresses(&mut netlink)? {
        host::remove_address(&mut netlink, address)?;
    }
    for address in host::held_addresses(&mut netlink)? {
        host::release_address(&mut netlink, address)?;
    }
    host::release_ranges(&mut netlink, &[])?;
    uplink::restore(run_dir)?;
    filter::run(rules::REMOVE)?;
    match std::fs::remove_dir(&directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(NetworkError::kernel(format!("remove `{}`", directory.display()), error))
        }
        _ => Ok(()),
    }
}
