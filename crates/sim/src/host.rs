//! A node and its machine: production stepping over a simulated host.
//!
//! What to do next, what an outcome makes of the observed state, and what is reported are the
//! production functions of `node`. The loop around them follows `node`'s manager and runner,
//! which wait on a runtime; here, what they wait for are events.
//!
//! INVARIANT: what a task has observed is journalled at every step, so a process that ends loses
//! only the effects that were under way.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use model::session::{Assignment, FromNode, TaskReport, ToNode};
use model::{Node, TaskKey, Timestamp};
use node::observed::{Observed, Outcome};
use node::report::report;
use node::step::{Effect, step};

use crate::machine::Body;
use crate::queue::{Event, FromPeer, Peer, Work};
use crate::world::World;

#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) id: String,
    pub(crate) cpu_units: u32,
    pub(crate) memory_mib: u32,
    /// Whether its process runs.
    pub(crate) is_up: bool,
    /// Counts its processes, and its starts as a machine.
    pub(crate) life: u64,
    pub(crate) boot: u64,
    /// What the process holds, and its journal: they are the same at every event.
    pub(crate) held: BTreeMap<TaskKey, Held>,
    /// What there really is.
    pub(crate) machine: BTreeMap<TaskKey, Body>,
    told: BTreeMap<TaskKey, TaskReport>,
}

/// One task that the node holds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) assignment: Assignment,
    pub(crate) observed: Observed,
    /// The effects under way.
    pub(crate) effects: BTreeMap<Effect, u64>,
    pub(crate) is_lost: bool,
}

impl Held {
    fn new(assignment: Assignment, observed: Observed) -> Held {
        Held { assignment, observed, effects: BTreeMap::new(), is_lost: false }
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.assignment.is_stopping || self.observed.stop.is_some()
    }

    /// Whether something is being made that a removal would miss.
    fn is_setting_up(&self) -> bool {
        self.effects.keys().any(|effect| match effect {
            Effect::AttachNetwork | Effect::Launch | Effect::Start { .. } => true,
            Effect::Pull { .. }
            | Effect::Check { .. }
            | Effect::Stop { .. }
            | Effect::Kill { .. }
            | Effect::Remove
            | Effect::Forget => false,
        })
    }

    /// Whether a container may still end by itself.
    fn is_watching(&self) -> bool {
        let is_held = self.observed.is_launched && self.observed.stopped_at.is_none();
        let may_end = !self.is_ending() || self.observed.is_any_running() || self.is_setting_up();
        is_held && may_end && !self.is_lost
    }
}

impl Host {
    pub(crate) fn new(id: String, (cpu_units, memory_mib): (u32, u32)) -> Host {
        Host {
            id,
            cpu_units,
            memory_mib,
            is_up: false,
            life: 0,
            boot: 0,
            held: BTreeMap::new(),
            machine: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// The record that its session makes of it.
    pub(crate) fn record(&self, now: Timestamp) -> Node {
        Node {
            id: self.id.clone(),
            availability_zones: Vec::new(),
            cpu_units: self.cpu_units,
            memory_mib: self.memory_mib,
            cpu_architecture: "X86_64".to_owned(),
            host_ranges: Vec::new(),
            is_connected: true,
            registered_at: now,
        }
    }

    /// The task that has this address here.
    pub(crate) fn holder(&self, address: Ipv4Addr) -> Option<&TaskKey> {
        let has = |body: &&Body| body.address == Some(address) && body.has_network;
        self.machine.iter().find(|(_, body)| has(body)).map(|(key, _)| key)
    }
}

impl World {
    /// A node's process starts: it takes up what its journal holds.
    pub(crate) fn on_node_up(&mut self, node: usize) {
        let host = &mut self.hosts[node];
        host.is_up = true;
        host.life += 1;
        host.told.clear();
        let keys: Vec<TaskKey> = host.held.keys().cloned().collect();
        host.machine.retain(|key, _| host.held.contains_key(key));
        let id = host.id.clone();
        self.note(|_| format!("node {id} starts"));
        for key in keys {
            self.find_started(node, &key);
            self.advance(node, &key);
        }
        let at = self.now + self.dice.millis((10, 500));
        self.queue.push(at, Event::Connect { peer: Peer::Node(node) });
    }

    /// A process that ended between starting a container and writing so down left it to us.
    fn find_started(&mut self, node: usize, key: &TaskKey) {
        let now = self.now;
        let host = &mut self.hosts[node];
        let Some(held) = host.held.get_mut(key) else { return };
        held.effects.clear();
        held.is_lost = false;
        if !held.observed.is_launched || held.observed.stopped_at.is_some() {
            return;
        }
        for (container, started) in host.machine.get(key).map(Body::started).unwrap_or_default() {
            let outcome = Outcome::Started { container, result: Ok(started) };
            held.observed.apply(&held.assignment, outcome, now);
        }
    }

    /// In a new session everything is said again.
    pub(crate) fn tell_all(&mut self, node: usize) {
        let reports: Vec<TaskReport> = self.hosts[node].told.values().cloned().collect();
        for report in reports {
            self.send_to_control(
                Peer::Node(node),
                &FromPeer::Node(FromNode::Report(Box::new(report))),
            );
        }
    }

    /// Does what control says.
    pub(crate) fn follow(&mut self, node: usize, message: &ToNode) {
        let (changed, removed) = match message {
            ToNode::Desired { assignments, .. } => {
                let is_wanted = |key: &&TaskKey| assignments.iter().any(|one| one.task == **key);
                let held = self.hosts[node].held.keys();
                let removed: Vec<TaskKey> = held.filter(|key| !is_wanted(key)).cloned().collect();
                (assignments, removed)
            }
            ToNode::Delta { changed, removed, .. } => (changed, removed.clone()),
            // No packet is simulated, and nobody asks.
            ToNode::ReportDenied => return,
        };
        for key in &removed {
            self.kill(node, key);
        }
        for assignment in changed {
            self.assign(node, assignment);
        }
    }

    fn assign(&mut self, node: usize, assignment: &Assignment) {
        let now = self.now;
        let key = assignment.task.clone();
        let host = &mut self.hosts[node];
        match host.held.get_mut(&key) {
            Some(held) if assignment.is_news(held.assignment.generation) => {
                held.assignment = assignment.clone();
            }
            Some(_) => return,
            None => {
                let observed = if assignment.is_begun {
                    Observed::ended_with_host(assignment, now)
                } else {
                    Observed::new(assignment)
                };
                host.held.insert(key.clone(), Held::new(assignment.clone(), observed));
            }
        }
        if assignment.is_stopping {
            self.laws.told_to_stop(&self.store, &key);
        }
        self.advance(node, &key);
    }

    /// Control holds the task no more: it must not run.
    fn kill(&mut self, node: usize, key: &TaskKey) {
        let Some(held) = self.hosts[node].held.get_mut(key) else { return };
        held.observed.is_released = true;
        held.assignment.is_stopping = true;
        for container in &mut held.assignment.spec.containers {
            container.definition.stop_timeout_secs = Some(0);
        }
        self.advance(node, key);
    }

    /// Steps, and begins what is not under way.
    pub(crate) fn advance(&mut self, node: usize, key: &TaskKey) {
        let now = self.now;
        if !self.hosts[node].is_up {
            return;
        }
        self.see_ends(node, key);
        let Some(held) = self.hosts[node].held.get_mut(key) else { return };
        let mut next = step(&held.assignment, &held.observed, now);
        while let Some(outcome) = next.outcome.take() {
            held.observed.apply(&held.assignment, outcome, now);
            next = step(&held.assignment, &held.observed, now);
        }
        if held.is_ending() {
            held.observed.stopping_at.get_or_insert(now);
            held.effects
                .retain(|one, _| !matches!(one, Effect::Pull { .. } | Effect::Check { .. }));
        }
        let is_setting_up = held.is_setting_up();
        for effect in next.effects {
            if effect != Effect::Remove || !is_setting_up {
                self.begin_effect(node, key, effect);
            }
        }
        if let Some(at) = next.wake_at {
            let life = self.hosts[node].life;
            self.queue.push(at.max(now), Event::Step { node, life, task: key.clone() });
        }
        self.tell(node, key);
    }

    fn begin_effect(&mut self, node: usize, key: &TaskKey, effect: Effect) {
        let token = self.queue.token();
        let now = self.now;
        let Some(held) = self.hosts[node].held.get_mut(key) else { return };
        if held.effects.contains_key(&effect) {
            return;
        }
        held.effects.insert(effect.clone(), token);
        if let Effect::Pull { .. } = effect {
            held.observed.pull_started_at.get_or_insert(now);
        }
        let at = now + self.effect_time(node, key, &effect);
        let work = Box::new(Work { task: key.clone(), effect, token });
        let life = self.hosts[node].life;
        self.queue.push(at, Event::EffectEnd { node, life, work });
    }

    pub(crate) fn on_effect_end(&mut self, node: usize, life: u64, work: &Work) {
        let host = &self.hosts[node];
        let held = host.held.get(&work.task).filter(|_| host.is_up && host.life == life);
        if held.is_none_or(|held| held.effects.get(&work.effect) != Some(&work.token)) {
            return;
        }
        let outcomes = self.act(node, &work.task, &work.effect);
        let now = self.now;
        let Some(held) = self.hosts[node].held.get_mut(&work.task) else { return };
        held.effects.remove(&work.effect);
        for outcome in outcomes {
            held.observed.apply(&held.assignment, outcome, now);
        }
        if held.observed.is_forgotten {
            self.hosts[node].held.remove(&work.task);
            self.hosts[node].told.remove(&work.task);
            return;
        }
        self.advance(node, &work.task);
    }

    /// Observes containers that have ended, and output that is shipped, which takes no time here.
    fn see_ends(&mut self, node: usize, key: &TaskKey) {
        let now = self.now;
        let host = &mut self.hosts[node];
        let Some(held) = host.held.get_mut(key) else { return };
        if held.is_watching() {
            let ends = match host.machine.get(key).filter(|body| body.has_shim) {
                Some(body) => body.ends(),
                None => vec![Outcome::Lost],
            };
            for outcome in ends {
                held.is_lost |= outcome == Outcome::Lost;
                held.observed.apply(&held.assignment, outcome, now);
            }
        }
        if held.observed.stopped_at.is_some() {
            let names: Vec<String> = held.observed.containers.keys().cloned().collect();
            for container in names {
                held.observed.apply(&held.assignment, Outcome::ShippedAll { container }, now);
            }
        }
    }

    /// Tells control, where there is something new to tell.
    fn tell(&mut self, node: usize, key: &TaskKey) {
        let host = &mut self.hosts[node];
        let Some(held) = host.held.get(key) else { return };
        let report = report(&held.assignment, &held.observed);
        if host.told.get(key) != Some(&report) {
            host.told.insert(key.clone(), report.clone());
            let message = FromPeer::Node(FromNode::Report(Box::new(report)));
            self.send_to_control(Peer::Node(node), &message);
        }
    }
}
