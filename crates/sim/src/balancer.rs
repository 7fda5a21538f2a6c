//! The balancer: the production route table and health counting, over simulated targets.
//!
//! It follows the real balancer's manager: what a table has not is dropped, what is draining is
//! retired and waited for, a group that no listener uses is not checked. A restart serves the
//! last table, with who was healthy in it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Timestamp;
use routing::session::{FromBalancer, TargetName};
use routing::{
    CheckOutcome, HealthTracker, LiveTarget, Reason, RouteTable, RoutedGroup, RoutedTarget,
    TargetHealth, TargetHealthState,
};

use crate::queue::{Event, FromPeer, Peer};
use crate::world::World;

#[derive(Debug, Default)]
pub(crate) struct Balancer {
    pub(crate) is_up: bool,
    /// Counts its processes.
    pub(crate) life: u64,
    pub(crate) table: RouteTable,
    revision: u64,
    pub(crate) targets: BTreeMap<TargetName, Tracked>,
    /// Who was healthy when the last process ended.
    restored: BTreeSet<TargetName>,
    /// Requests so far.
    pub(crate) turn: u64,
}

/// One target of a group in use, or one that is still draining.
#[derive(Clone, Debug)]
pub(crate) struct Tracked {
    tracker: HealthTracker,
    interval: Duration,
    /// When a failure next counts: only checks at the interval do.
    counts_at: Timestamp,
    is_retired: bool,
    is_drained: bool,
    pub(crate) in_flight: u32,
    /// The probes, and the drain, that are this one's.
    token: u64,
}

impl LiveTarget for Tracked {
    fn state(&self) -> TargetHealthState {
        self.health().state
    }

    fn in_flight(&self) -> u32 {
        self.in_flight
    }

    fn healthy_milliseconds(&self) -> u64 {
        u64::MAX
    }
}

impl Tracked {
    fn health(&self) -> TargetHealth {
        if self.is_retired {
            TargetHealth::because(Reason::DeregistrationInProgress)
        } else {
            self.tracker.health().clone()
        }
    }
}

impl World {
    pub(crate) fn on_balancer_up(&mut self) {
        self.balancer.is_up = true;
        self.balancer.life += 1;
        self.note(|_| "balancer starts".to_owned());
        let table = self.balancer.table.clone();
        self.install(table);
        self.balancer.restored.clear();
        let at = self.now + self.dice.millis((10, 500));
        self.queue.push(at, Event::Connect { peer: Peer::Balancer });
    }

    pub(crate) fn crash_balancer(&mut self) {
        if !self.balancer.is_up {
            return;
        }
        self.note(|_| "balancer crashes".to_owned());
        let is_healthy = |tracked: &Tracked| tracked.health().state == TargetHealthState::Healthy;
        let targets = std::mem::take(&mut self.balancer.targets);
        let healthy = targets.into_iter().filter(|(_, tracked)| is_healthy(tracked));
        self.balancer.restored = healthy.map(|(name, _)| name).collect();
        self.balancer.is_up = false;
        self.break_link(Peer::Balancer);
        let at = self.now + self.dice.millis((50, 5_000));
        self.queue.push(at, Event::BalancerUp);
    }

    /// A new session says again what was said into one that broke.
    pub(crate) fn tell_targets(&mut self) {
        let targets = &self.balancer.targets;
        let health = targets.iter().map(|(name, one)| (name.clone(), one.health()));
        let health: Vec<_> = health.map(|(name, one)| FromBalancer::Health(name, one)).collect();
        let drained = targets.iter().filter(|(_, one)| one.is_drained);
        let drained: Vec<_> =
            drained.map(|(name, _)| FromBalancer::Drained(name.clone())).collect();
        for message in health.into_iter().chain(drained) {
            self.send_to_control(Peer::Balancer, &FromPeer::Balancer(message));
        }
    }

    pub(crate) fn on_config(&mut self, revision: u64, config: &routing::Config) {
        if revision < self.balancer.revision {
            return;
        }
        match routing::compile(config) {
            Ok(table) => {
                self.balancer.revision = revision;
                self.install(table);
            }
            Err(refusal) => self.laws.break_with("routing", refusal.to_string()),
        }
    }

    /// Makes a table the one in force, and everything else follow.
    fn install(&mut self, table: RouteTable) {
        let mut known = std::mem::take(&mut self.balancer.targets);
        let mut draining = Vec::new();
        for group in table.groups() {
            for routed in group.targets() {
                let name = name(group, routed);
                let old = known.remove(&name);
                if group.source.is_none() {
                    self.install_unused(routed, (name, old));
                    continue;
                }
                let old = old.filter(|old| !old.is_retired || routed.is_draining);
                let is_new = old.is_none();
                let tracked = old.unwrap_or_else(|| self.track(group, &name));
                let (token, interval) = (tracked.token, tracked.interval);
                self.balancer.targets.insert(name.clone(), tracked);
                if routed.is_draining {
                    draining.push((name, group.deregistration_delay));
                } else if is_new {
                    self.tell_target(&name);
                    self.probe_after(name, token, interval.min(Duration::from_millis(50)));
                }
            }
        }
        self.balancer.table = table;
        for (name, delay) in draining {
            self.drain(&name, delay);
        }
    }

    /// A group that no listener uses is left alone, but for requests that are still under way.
    fn install_unused(
        &mut self,
        routed: &RoutedTarget,
        (name, old): (TargetName, Option<Tracked>),
    ) {
        match old {
            Some(old) if routed.is_draining => {
                self.balancer.targets.insert(name, old);
            }
            None if routed.is_draining => self.say(FromBalancer::Drained(name)),
            Some(_) | None => {}
        }
    }

    fn track(&mut self, group: &RoutedGroup, name: &TargetName) -> Tracked {
        let check = &group.health_check;
        let health = if self.balancer.restored.contains(name) {
            TargetHealth::healthy()
        } else {
            TargetHealth::because(Reason::InitialHealthChecking)
        };
        Tracked {
            tracker: HealthTracker::new(health, check.healthy_threshold, check.unhealthy_threshold),
            interval: Duration::from_secs(check.interval_seconds.into()),
            counts_at: self.now,
            is_retired: false,
            is_drained: false,
            in_flight: 0,
            token: self.queue.token(),
        }
    }

    fn drain(&mut self, name: &TargetName, delay: Duration) {
        let token = self.queue.token();
        let Some(target) = self.balancer.targets.get_mut(name) else { return };
        if target.is_retired {
            return;
        }
        target.is_retired = true;
        target.token = token;
        let life = self.balancer.life;
        let end = Event::DrainEnd { life, target: name.clone(), token };
        self.queue.push(self.now + delay, end);
        self.tell_target(name);
        self.drained_if_idle(name);
    }

    fn drained_if_idle(&mut self, name: &TargetName) {
        let Some(target) = self.balancer.targets.get_mut(name) else { return };
        if target.is_retired && !target.is_drained && target.in_flight == 0 {
            target.is_drained = true;
            self.say(FromBalancer::Drained(name.clone()));
        }
    }

    /// The delay is over: requests that are still under way are cut off.
    pub(crate) fn on_drain_end(&mut self, life: u64, name: &TargetName, token: u64) {
        if self.is_balancer(life)
            && let Some(target) = self.balancer.targets.get_mut(name)
            && target.token == token
        {
            target.in_flight = 0;
            self.drained_if_idle(name);
        }
    }

    pub(crate) fn on_request_end(&mut self, life: u64, name: &TargetName) {
        if self.is_balancer(life)
            && let Some(target) = self.balancer.targets.get_mut(name)
        {
            target.in_flight = target.in_flight.saturating_sub(1);
            self.drained_if_idle(name);
        }
    }

    pub(crate) fn on_probe(&mut self, life: u64, name: TargetName, token: u64) {
        if !self.is_balancer(life) {
            return;
        }
        let is_answering = self.is_answering(name.address);
        let Some(target) = self.balancer.targets.get_mut(&name) else { return };
        if target.token != token || target.is_retired {
            return;
        }
        let outcome = if is_answering { CheckOutcome::Passed } else { CheckOutcome::Failed };
        let is_counted = is_answering || self.now >= target.counts_at;
        if self.now >= target.counts_at {
            target.counts_at = self.now + target.interval;
        }
        let is_changed = is_counted && target.tracker.observe(outcome).is_some();
        // One that takes no connection yet is tried sooner.
        let is_initial = target.health().state == TargetHealthState::Initial;
        let pause = if is_initial { Duration::from_secs(1) } else { target.interval };
        if is_changed {
            self.tell_target(&name);
        }
        self.probe_after(name, token, pause.max(Duration::from_secs(1)));
    }

    fn probe_after(&mut self, target: TargetName, token: u64, pause: Duration) {
        let life = self.balancer.life;
        let at: Timestamp = self.now + pause;
        self.queue.push(at, Event::Probe { life, target, token });
    }

    fn tell_target(&mut self, name: &TargetName) {
        if let Some(target) = self.balancer.targets.get(name) {
            self.say(FromBalancer::Health(name.clone(), target.health()));
        }
    }

    fn say(&mut self, message: FromBalancer) {
        self.send_to_control(Peer::Balancer, &FromPeer::Balancer(message));
    }

    fn is_balancer(&self, life: u64) -> bool {
        self.balancer.is_up && self.balancer.life == life
    }
}

/// Targets are named by their address; control gives them no other name.
pub(crate) fn name(group: &RoutedGroup, routed: &RoutedTarget) -> TargetName {
    TargetName {
        target_group_arn: group.arn.clone(),
        address: *routed.address.ip(),
        port: routed.address.port(),
    }
}
