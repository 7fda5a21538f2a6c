//! The world of one run: its parts, its time, and what happens next in it.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Entry, Snapshot, Task, TaskState, Timestamp};
use node::report::report;

use crate::balancer::Balancer;
use crate::control::Control;
use crate::dice::Dice;
use crate::faults::Plagues;
use crate::host::Host;
use crate::laws::{Broken, Laws};
use crate::link::Link;
use crate::log::{Log, Names};
use crate::machine::Image;
use crate::mutation::Mutation;
use crate::operator::Operator;
use crate::queue::{Event, Peer, Queue, ToPeer};

/// LIMIT: events of one run. More is a run that does not come to rest.
const EVENTS_MAX: u64 = 200_000;

/// How long after the last fault everything must be as it is to be.
pub(crate) const CONVERGES_WITHIN: Duration = Duration::from_mins(40);

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Run {
    pub seed: u64,
    /// Every line, in order.
    pub log: Vec<String>,
    pub broken: Option<Broken>,
    pub figures: Figures,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub events: u64,
    pub passes: u64,
    pub commits: u64,
    pub conflicts: u64,
    pub requests: u64,
    pub faults: u64,
    pub deployments: u64,
    pub simulated: Duration,
}

pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) begun_at: Timestamp,
    pub(crate) queue: Queue,
    pub(crate) dice: Dice,
    /// What is committed.
    pub(crate) store: Snapshot,
    pub(crate) control: Control,
    pub(crate) links: BTreeMap<Peer, Link>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) balancer: Balancer,
    pub(crate) images: BTreeMap<String, Image>,
    pub(crate) operator: Operator,
    pub(crate) plagues: Plagues,
    pub(crate) mutation: Option<Mutation>,
    /// When the last fault was, once it was.
    pub(crate) healed_at: Option<Timestamp>,
    pub(crate) is_healed: bool,
    pub(crate) laws: Laws,
    pub(crate) log: Log,
    pub(crate) figures: Figures,
}

impl World {
    /// An empty world; everything in it starts with its first events.
    pub(crate) fn new(seed: u64, hosts: Vec<Host>) -> World {
        let mut dice = Dice::seeded(seed);
        let control = Control::new(&mut dice);
        let begun_at = Timestamp::from_secs(1_000_000);
        let nodes = (0..hosts.len()).map(Peer::Node);
        let peers = nodes.chain([Peer::Balancer]);
        let mut world = World {
            now: begun_at,
            begun_at,
            queue: Queue::default(),
            dice,
            store: Snapshot::default(),
            control,
            links: peers.map(|peer| (peer, Link::default())).collect(),
            hosts,
            balancer: Balancer::default(),
            images: BTreeMap::new(),
            operator: Operator::default(),
            plagues: Plagues::default(),
            mutation: None,
            healed_at: None,
            is_healed: false,
            laws: Laws::default(),
            log: Log::default(),
            figures: Figures::default(),
        };
        world.queue.push(begun_at, Event::ControlUp);
        for node in 0..world.hosts.len() {
            world.queue.push(begun_at, Event::NodeUp { node });
        }
        world.queue.push(begun_at, Event::BalancerUp);
        world.queue.push(begun_at, Event::Request);
        world
    }

    /// Runs until `is_over` says so, a law is broken, or it takes too long.
    pub(crate) fn run_until(&mut self, is_over: impl Fn(&mut World) -> bool) {
        while let Some((at, event)) = self.queue.pop() {
            self.now = self.now.max(at);
            self.figures.events += 1;
            let is_a_moment = matches!(event, Event::Request);
            self.handle(event);
            if self.laws.broken.is_some() || (is_a_moment && is_over(self)) {
                break;
            }
            if self.figures.events > EVENTS_MAX {
                self.laws.break_with("liveness", "it does not come to rest".to_owned());
                break;
            }
        }
        self.figures.simulated = self.now.since(self.begun_at);
    }

    pub(crate) fn finish(mut self, seed: u64) -> Run {
        if self.laws.broken.is_some() {
            self.note_state();
        }
        self.figures.deployments = self.store.service_deployments.len() as u64;
        let log = std::mem::take(&mut self.log.lines);
        Run { seed, log, broken: self.laws.broken.take(), figures: self.figures }
    }

    /// What there is at the end, for whoever reads why a run failed.
    fn note_state(&mut self) {
        let snapshot = self.store.clone();
        let there = |task: &&Entry<Task>| task.last_status != TaskState::Stopped;
        for task in snapshot.tasks.all().filter(there) {
            let held = self.hosts.iter().find_map(|host| host.held.get(&task.key));
            let held = held.map_or("NOTHING", |held| {
                report(&held.assignment, &held.observed).last_status.as_str()
            });
            let targets = snapshot.targets_of_task(&task.key);
            let targets: Vec<&str> = targets.map(|target| target.health.state.as_str()).collect();
            let of = task.service.as_ref().map_or("", |of| of.revision.as_str());
            let (is, desired) = (task.last_status.as_str(), task.desired_status);
            self.note(|names| {
                let (name, of) = (names.task(&task.key), names.revision(of));
                format!("at the end {name} of {of} {is} for {desired:?}, node {held}, {targets:?}")
            });
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::ControlUp => self.on_control_up(),
            Event::Plan { reconciler, life } => self.on_plan(reconciler, life),
            Event::Timer { reconciler, life, token } => self.on_timer(reconciler, life, token),
            Event::Commit { reconciler, life, planned } => {
                self.on_commit(reconciler, life, &planned);
            }
            Event::Push { peer, session } => self.on_push(peer, session),
            Event::Gone { peer, session, life } => self.on_gone(peer, session, life),
            Event::Connect { peer } => self.on_connect(peer),
            Event::ToControl { peer, session, message } => self.on_heard(peer, session, &message),
            Event::ToPeer { peer, session, message } => self.on_told(peer, session, &message),
            Event::NodeUp { node } => self.on_node_up(node),
            Event::EffectEnd { node, life, work } => self.on_effect_end(node, life, &work),
            Event::Step { node, life, task } => {
                if self.hosts[node].life == life {
                    self.advance(node, &task);
                }
            }
            Event::Exit { node, boot, task, cause } => self.on_exit(node, boot, (&task, cause)),
            Event::BalancerUp => self.on_balancer_up(),
            Event::Probe { life, target, token } => self.on_probe(life, target, token),
            Event::DrainEnd { life, target, token } => self.on_drain_end(life, &target, token),
            Event::Request => self.on_request(),
            Event::RequestEnd { life, target } => self.on_request_end(life, &target),
            Event::Fault => self.on_fault(),
            Event::Operator => self.on_operator(),
            Event::Heal => self.on_heal(),
        }
    }

    fn on_told(&mut self, peer: Peer, session: u64, message: &ToPeer) {
        let is_open = self.links.get(&peer).is_some_and(|link| link.session == Some(session));
        if !is_open {
            return;
        }
        match (peer, message) {
            (Peer::Node(node), ToPeer::Node(told)) => self.follow(node, told),
            (Peer::Balancer, ToPeer::Balancer(told)) => {
                let routing::session::ToBalancer::Config { revision, config } = told;
                self.on_config(*revision, config);
            }
            (Peer::Node(_), ToPeer::Balancer(_)) | (Peer::Balancer, ToPeer::Node(_)) => {}
        }
    }

    pub(crate) fn is_peer_up(&self, peer: Peer) -> bool {
        match peer {
            Peer::Node(node) => self.hosts[node].is_up,
            Peer::Balancer => self.balancer.is_up,
        }
    }

    /// Writes a line of the log.
    pub(crate) fn note(&mut self, line: impl FnOnce(&mut Names) -> String) {
        let at = self.now.since(self.begun_at);
        let line = line(&mut self.log.names);
        self.log.push(at, &line);
    }
}
