//! The one task that changes what is served: applies configurations, opens and closes listeners,
//! starts checks and drains, and saves.
//!
//! INVARIANT: a new table is in force before any target it drops is retired, so that a request
//! that finds its target retired always finds the new table.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddrV4,
    sync::Arc,
};

use routing::{Config, RouteTable, RoutedGroup, RoutedTarget, TargetHealthState};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    drain::Drain,
    events::{Event, TargetKey},
    handle::ApplyError,
    limits::{BIND_RETRY_INTERVAL, SWEEP_INTERVAL, TARGET_IDLE_MAX},
    listener::{Listening, listen},
    live::{Live, LiveGroup},
    metrics::Counters,
    probe::{CheckSettings, Probe},
    saved::{Files, Saved, SavedError},
    shared::Shared,
    target::{Start, Target},
    workers::Workers,
};

/// A configuration to be put in force.
#[derive(Debug)]
pub(crate) struct Apply {
    pub(crate) config: Config,
    pub(crate) table: RouteTable,
    pub(crate) revision: u64,
    pub(crate) done: oneshot::Sender<Result<(), ApplyError>>,
}

/// The task's state.
#[derive(Debug)]
pub(crate) struct Manager {
    shared: Arc<Shared>,
    workers: Arc<Workers>,
    files: Files,
    saved: Saved,
    /// Who was healthy when the last process saved, while its table is put back in force; and
    /// those that are from now on reached from another address.
    restored: BTreeSet<TargetKey>,
    /// Those in whose place others are, until the table with the others is in force.
    replaced: Vec<Managed>,
    targets: BTreeMap<TargetKey, Managed>,
    listeners: BTreeMap<SocketAddrV4, Listening>,
    /// Addresses that are wanted and could not be bound.
    unbound: BTreeSet<SocketAddrV4>,
    counters: BTreeMap<String, Arc<Counters>>,
}

#[derive(Debug)]
struct Managed {
    target: Arc<Target>,
    settings: CheckSettings,
    /// Ends its checks, or its drain.
    cancel: CancellationToken,
}

impl Manager {
    pub(crate) fn new(shared: Arc<Shared>, workers: Workers, files: Files) -> Self {
        Self {
            shared,
            workers: Arc::new(workers),
            files,
            saved: Saved::default(),
            restored: BTreeSet::new(),
            replaced: Vec::new(),
            targets: BTreeMap::new(),
            listeners: BTreeMap::new(),
            unbound: BTreeSet::new(),
            counters: BTreeMap::new(),
        }
    }

    /// Puts in force what the last process saved.
    pub(crate) fn resume(&mut self, saved: Saved, table: RouteTable) {
        self.restored.clone_from(&saved.healthy);
        self.saved = saved;
        self.install(table);
        let revision = self.saved.revision;
        self.shared.events.push(Event::Applied { revision });
    }

    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Apply>) {
        let mut bind_retry = tokio::time::interval(BIND_RETRY_INTERVAL);
        let mut sweep = tokio::time::interval(SWEEP_INTERVAL);
        let stop = self.shared.stop.clone();
        let shared = Arc::clone(&self.shared);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                command = commands.recv() => match command {
                    Some(apply) => self.apply(apply).await,
                    None => return,
                },
                () = shared.health_changed.notified() => self.save_health().await,
                _ = bind_retry.tick(), if !self.unbound.is_empty() => self.bind_missing(),
                _ = sweep.tick() => self.sweep(),
            }
        }
    }

    async fn apply(&mut self, apply: Apply) {
        let (given, current) = (apply.revision, self.saved.revision);
        if given < current {
            apply.done.send(Err(ApplyError::Stale { given, current })).ok();
            return;
        }
        self.saved.config = apply.config;
        self.saved.revision = apply.revision;
        self.install(apply.table);
        let saved = self.save().await;
        if saved.is_ok() {
            self.shared.events.push(Event::Applied { revision: apply.revision });
        }
        let saved = saved.map_err(|error| ApplyError::NotSaved(error.to_string()));
        // Whoever asked may have gone; the configuration is in force all the same.
        apply.done.send(saved).ok();
    }

    /// Makes a table the one in force, and everything else follow.
    fn install(&mut self, table: RouteTable) {
        let mut known = std::mem::take(&mut self.targets);
        let groups = table.groups().iter().map(|group| self.group(group, &mut known)).collect();
        let counters = table
            .load_balancers()
            .iter()
            .map(|load_balancer| {
                Arc::clone(self.counters.entry(load_balancer.arn.clone()).or_default())
            })
            .collect();
        let sockets: BTreeSet<SocketAddrV4> = table.sockets().collect();
        let arns: BTreeSet<&str> =
            table.load_balancers().iter().map(|load_balancer| load_balancer.arn.as_str()).collect();
        self.counters.retain(|arn, _| arns.contains(arn.as_str()));
        let revision = self.saved.revision;
        let draining = draining(&table);
        self.shared.live.store(Arc::new(Live { revision, table, groups, counters }));
        self.restored.clear();
        for gone in known.into_values().chain(self.replaced.drain(..)) {
            gone.cancel.cancel();
            gone.target.retire();
        }
        for (key, delay) in draining {
            self.drain(&key, delay);
        }
        self.listen_on(&sockets);
    }

    fn group(
        &mut self,
        group: &RoutedGroup,
        known: &mut BTreeMap<TargetKey, Managed>,
    ) -> LiveGroup {
        if group.source.is_none() {
            self.unused_group(group, known);
            return LiveGroup::default();
        }
        let targets = group.targets().iter().map(|routed| self.target(group, routed, known));
        LiveGroup::new(targets.collect())
    }

    /// No request reaches a group that no listener uses any more, but one that did may still be
    /// under way: its target's drain goes on.
    fn unused_group(&mut self, group: &RoutedGroup, known: &mut BTreeMap<TargetKey, Managed>) {
        for routed in group.targets().iter().filter(|routed| routed.is_draining) {
            let key = key(group, routed);
            if let Some(managed) = known.remove(&key) {
                self.targets.insert(key, managed);
            } else {
                self.shared.events.push(Event::Drained { target: key });
            }
        }
    }

    fn target(
        &mut self,
        group: &RoutedGroup,
        routed: &RoutedTarget,
        known: &mut BTreeMap<TargetKey, Managed>,
    ) -> Arc<Target> {
        let key = key(group, routed);
        let settings = CheckSettings {
            address: routed.health_check_address,
            health_check: group.health_check.clone(),
            matcher: group.matcher.clone(),
        };
        let managed = match known.remove(&key) {
            Some(managed) if managed.goes_on(group, routed) => self.keep(managed, settings),
            replaced => {
                if let Some(replaced) = replaced {
                    if replaced.is_healthy_elsewhere(group, routed) {
                        self.restored.insert(key.clone());
                    }
                    self.replaced.push(replaced);
                }
                self.add(group, routed, settings)
            }
        };
        let target = Arc::clone(&managed.target);
        self.targets.insert(key, managed);
        target
    }

    fn keep(&self, mut managed: Managed, settings: CheckSettings) -> Managed {
        if managed.settings != settings && !managed.target.is_retired() {
            managed.target.rethreshold(&settings.health_check);
            managed.cancel.cancel();
            managed.cancel = self.probe(&managed.target, &settings);
        }
        managed.settings = settings;
        managed
    }

    fn add(&self, group: &RoutedGroup, routed: &RoutedTarget, settings: CheckSettings) -> Managed {
        let key = key(group, routed);
        let start = Start {
            address: routed.address,
            source: group.source.expect("only groups in use have running targets"),
            fingerprint: routed.fingerprint,
            health_check: &group.health_check,
            was_healthy: self.restored.contains(&key),
            key,
        };
        let target = Arc::new(Target::new(start, Arc::clone(&self.shared.ticks)));
        if routed.is_draining {
            return Managed { target, settings, cancel: CancellationToken::new() };
        }
        self.shared.events.retract_drained(&target.key);
        self.tell_health(&target);
        let cancel = self.probe(&target, &settings);
        Managed { target, settings, cancel }
    }

    fn probe(&self, target: &Arc<Target>, settings: &CheckSettings) -> CancellationToken {
        let cancel = self.shared.stop.child_token();
        if settings.health_check.enabled {
            let probe = Probe {
                target: Arc::clone(target),
                settings: settings.clone(),
                shared: Arc::clone(&self.shared),
                cancel: cancel.clone(),
            };
            self.shared.tasks.spawn(probe.run());
        }
        cancel
    }

    /// Retires a target that is to be drained, and waits for it; once.
    fn drain(&mut self, key: &TargetKey, delay: std::time::Duration) {
        let Some(managed) = self.targets.get_mut(key) else { return };
        if managed.target.is_retired() {
            return;
        }
        managed.cancel.cancel();
        managed.target.retire();
        managed.cancel = self.shared.stop.child_token();
        let drain = Drain {
            target: Arc::clone(&managed.target),
            delay,
            events: Arc::clone(&self.shared.events),
            cancel: managed.cancel.clone(),
        };
        self.shared.tasks.spawn(drain.run());
        let target = Arc::clone(&managed.target);
        self.tell_health(&target);
    }

    fn tell_health(&self, target: &Target) {
        let event = Event::TargetHealth { target: target.key.clone(), health: target.health() };
        self.shared.events.push(event);
    }

    fn listen_on(&mut self, sockets: &BTreeSet<SocketAddrV4>) {
        self.listeners.retain(|address, _| sockets.contains(address));
        self.unbound.clear();
        for address in sockets {
            if !self.listeners.contains_key(address) {
                self.bind(*address);
            }
        }
    }

    fn bind(&mut self, address: SocketAddrV4) {
        match listen(&self.shared, &self.workers, address) {
            Ok(listening) => {
                self.listeners.insert(address, listening);
                if self.unbound.remove(&address) {
                    self.shared.events.push(Event::Bound { address });
                }
            }
            Err(error) => {
                if self.unbound.insert(address) {
                    tracing::warn!(%address, %error, "cannot listen");
                    let error = error.to_string();
                    self.shared.events.push(Event::BindFailed { address, error });
                }
            }
        }
    }

    fn bind_missing(&mut self) {
        for address in self.unbound.clone() {
            self.bind(address);
        }
    }

    fn sweep(&self) {
        for managed in self.targets.values() {
            managed.target.pool.sweep(&self.shared.ticks, TARGET_IDLE_MAX);
        }
    }

    async fn save_health(&mut self) {
        if let Err(error) = self.save().await {
            tracing::error!(%error, "target health could not be saved");
        }
    }

    async fn save(&mut self) -> Result<(), SavedError> {
        let is_healthy =
            |managed: &&Managed| managed.target.health().state == TargetHealthState::Healthy;
        self.saved.healthy = self
            .targets
            .values()
            .filter(is_healthy)
            .map(|managed| managed.target.key.clone())
            .collect();
        let (files, saved) = (self.files.clone(), self.saved.clone());
        let writing = tokio::task::spawn_blocking(move || files.save(&saved));
        writing.await.expect("writing a file does not panic")
    }
}

impl Managed {
    /// Whether the target may go on as it is: nothing it is made of has changed, and it does not
    /// come back from draining.
    /// Whether nothing of it is new but the address that it is reached from.
    fn is_healthy_elsewhere(&self, group: &RoutedGroup, routed: &RoutedTarget) -> bool {
        let target = &self.target;
        target.address == routed.address
            && self.settings.health_check.enabled == group.health_check.enabled
            && !target.is_retired()
            && target.health().state == TargetHealthState::Healthy
    }

    fn goes_on(&self, group: &RoutedGroup, routed: &RoutedTarget) -> bool {
        let target = &self.target;
        target.address == routed.address
            && Some(target.source) == group.source
            && self.settings.health_check.enabled == group.health_check.enabled
            && (!target.is_retired() || routed.is_draining)
    }
}

fn draining(table: &RouteTable) -> Vec<(TargetKey, std::time::Duration)> {
    table
        .groups()
        .iter()
        .flat_map(|group| group.targets().iter().map(move |routed| (group, routed)))
        .filter(|(_, routed)| routed.is_draining)
        .map(|(group, routed)| (key(group, routed), group.deregistration_delay))
        .collect()
}

fn key(group: &RoutedGroup, routed: &RoutedTarget) -> TargetKey {
    TargetKey {
        target_group_arn: group.arn.clone(),
        id: routed.id.clone(),
        port: routed.address.port(),
    }
}
