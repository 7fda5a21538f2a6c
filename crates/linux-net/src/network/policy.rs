//! The policy in force: replaced whole when a session with control begins, then changed.
//!
//! INVARIANT: whatever fails, the filter is as some policy wanted it, and the next change makes
//! good what failed.

use std::{collections::BTreeSet, net::Ipv4Addr};

use model::{
    Cidr,
    packet_rules::{PacketDelta, PacketRules, WayEnd},
    session::DeniedTraffic,
};

use super::{Network, establish::replace_filter};
use crate::{
    error::NetworkError,
    filter::{
        denied, policy,
        rules::{self, Generation},
    },
    host,
    namespace::on_thread,
    netlink::Netlink,
    range::Ipv4Range,
};

/// What the filter holds, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Policy {
    rules: PacketRules,
    /// 0 before the first whole policy, and after a change that failed.
    generation: Generation,
}

impl Network {
    /// Puts a whole policy in force, whatever there was. Connections that it does not allow are
    /// cut.
    pub async fn replace_packet_rules(&self, rules: PacketRules) -> Result<(), NetworkError> {
        let mut held = self.policy.lock().await;
        self.replace(&mut held, rules).await
    }

    /// Changes the policy that was put in force before. Returns when it holds.
    pub async fn change_packet_rules(&self, delta: PacketDelta) -> Result<(), NetworkError> {
        let mut held = self.policy.lock().await;
        let mut rules = held.rules.clone();
        rules.apply(delta.clone());
        if held.generation == 0 {
            return self.replace(&mut held, rules).await;
        }
        if let Err(error) = self.prepare(&held.rules, &rules).await {
            held.generation = 0;
            held.rules = rules;
            return Err(error);
        }
        let next = held.generation.checked_add(1).unwrap_or(1);
        let generations = (held.generation, next);
        let (commands, forbids) = policy::change((&held.rules, &rules), &delta, generations);
        let applied = {
            let _table = self.table.read().await;
            self.filter.apply(commands).await
        };
        match applied {
            Ok(()) => {
                let old = std::mem::replace(&mut held.rules, rules);
                if forbids {
                    held.generation = next;
                }
                self.release(&old, &held.rules).await
            }
            Err(error) => {
                tracing::error!(%error, "a change of packet rules failed: all are written anew");
                self.replace(&mut held, rules).await
            }
        }
    }

    /// What was denied lately.
    pub async fn denied(&self) -> Result<Vec<DeniedTraffic>, NetworkError> {
        on_thread(denied::list).await
    }

    async fn replace(&self, held: &mut Policy, rules: PacketRules) -> Result<(), NetworkError> {
        let old = std::mem::replace(held, Policy { rules, generation: 0 });
        self.prepare(&PacketRules::default(), &held.rules).await?;
        let generation = fresh_generation(old.generation)?;
        let mut config = self.config.clone();
        config.vpc_ranges = self.ranges.read().await.iter().copied().collect();
        let wanted = held.rules.clone();
        let table = self.table.write().await;
        on_thread(move || replace_filter(&config, &wanted, generation)).await?;
        held.generation = generation;
        drop(table);
        let rules = &held.rules;
        let gateway = self.gateway;
        let claimed: Vec<Ipv4Range> = self.claimed(rules).collect();
        let keep: BTreeSet<Ipv4Addr> = rules.public_addresses.keys().copied().collect();
        let ranges = self.ranges.read().await.clone();
        on_thread(move || {
            let mut netlink = Netlink::open()?;
            for address in host::held_addresses(&mut netlink)? {
                let is_public = !ranges.iter().any(|range| range.contains(address));
                if is_public && !keep.contains(&address) {
                    host::release_address(&mut netlink, address)?;
                }
            }
            keep.iter().try_for_each(|one| host::hold_address(&mut netlink, *one, gateway))?;
            host::release_ranges(&mut netlink, &claimed)
        })
        .await
    }

    /// The ranges that stay at home under a policy.
    fn claimed(&self, rules: &PacketRules) -> impl Iterator<Item = Ipv4Range> {
        let of_vpcs = rules.ranges.iter();
        let of_vpcs = of_vpcs.filter_map(|one| Ipv4Range::covering(one.base(), one.prefix()));
        let own = self.config.vpc_ranges.iter().copied();
        own.chain(self.config.public_range).chain(of_vpcs)
    }

    /// What a policy needs of the host before it is in force. A range that cannot be claimed has
    /// no tasks: each of them is refused its address.
    async fn prepare(&self, old: &PacketRules, new: &PacketRules) -> Result<(), NetworkError> {
        for range in new.ranges.difference(&old.ranges) {
            if let Err(error) = self.claim(*range).await {
                tracing::error!(%range, %error, "the range of a VPC is not claimed");
            }
        }
        let leads_out = |rules: &PacketRules| {
            rules.ways.values().flatten().any(|rule| rule.end == WayEnd::Outside)
                || !rules.public_addresses.is_empty()
        };
        if leads_out(new) && !leads_out(old) {
            self.open_uplinks().await?;
        }
        let added: Vec<Ipv4Addr> = new
            .public_addresses
            .keys()
            .filter(|address| !old.public_addresses.contains_key(address))
            .copied()
            .collect();
        if added.is_empty() {
            return Ok(());
        }
        let gateway = self.gateway;
        on_thread(move || {
            let mut netlink = Netlink::open()?;
            added.iter().try_for_each(|one| host::hold_address(&mut netlink, *one, gateway))
        })
        .await
    }

    /// What a policy that is no more in force needed of the host.
    async fn release(&self, old: &PacketRules, new: &PacketRules) -> Result<(), NetworkError> {
        let gone: Vec<Ipv4Addr> = old
            .public_addresses
            .keys()
            .filter(|address| !new.public_addresses.contains_key(address))
            .copied()
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        on_thread(move || {
            let mut netlink = Netlink::open()?;
            gone.iter().try_for_each(|one| host::release_address(&mut netlink, *one))
        })
        .await
    }

    /// Claims the range of one more VPC. It stays claimed: what was sent to it stays at home.
    async fn claim(&self, range: Cidr) -> Result<(), NetworkError> {
        let Some(range) = Ipv4Range::covering(range.base(), range.prefix()) else { return Ok(()) };
        let mut ranges = self.ranges.write().await;
        if ranges.contains(&range) {
            return Ok(());
        }
        let gateway = self.gateway;
        on_thread(move || {
            let mut netlink = Netlink::open()?;
            host::check(&mut netlink, &[range], gateway)?;
            host::claim_range(&mut netlink, range)
        })
        .await?;
        self.filter.apply(vec![rules::add_range(range)]).await?;
        ranges.insert(range);
        Ok(())
    }
}

/// One that no connection of an earlier process carries, but by a chance of one in four billion.
fn fresh_generation(old: Generation) -> Result<Generation, NetworkError> {
    let mut bytes = [0; 4];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| NetworkError::kernel("draw a generation", error.into()))?;
    let drawn = Generation::from_ne_bytes(bytes);
    let is_taken = drawn == 0 || drawn == old;
    Ok(if is_taken { old.wrapping_add(1).max(1) } else { drawn })
}
