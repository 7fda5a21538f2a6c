//! Control's side of the sessions: what the peers are to be told goes out, what they say is
//! committed, by the production functions.

use model::session::FromNode;
use model::{Node, Plan, Snapshot};
use planner::assignment::Sent;
use planner::report;
use planner::route_config::{self, route_config};
use routing::Config;
use routing::session::ToBalancer;

use crate::control::Actor;
use crate::queue::{Event, FromPeer, Peer, ToPeer};
use crate::world::World;

/// What control keeps of one session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    number: u64,
    is_push_due: bool,
    told: Told,
}

/// What the peer has been told.
#[derive(Clone, Debug)]
enum Told {
    Node(Box<Sent>),
    Balancer(Config),
}

impl World {
    /// Control's first word in a session: everything.
    pub(crate) fn begin_session(&mut self, peer: Peer, number: u64) {
        let told = match peer {
            Peer::Node(index) => {
                let node = self.hosts[index].record(self.control_now());
                self.transact(Actor::Node, |snapshot| connected(snapshot, node));
                let mut sent = Sent::default();
                let whole = sent.whole(&self.store, &self.hosts[index].id);
                self.send_to_peer(peer, &ToPeer::Node(whole));
                Told::Node(Box::new(sent))
            }
            Peer::Balancer => {
                let config = route_config(&self.store);
                self.send_config(config.clone());
                Told::Balancer(config)
            }
        };
        let session = Session { number, is_push_due: false, told };
        self.control.sessions.insert(peer, session);
    }

    /// After a commit every session looks, once, whether it has something to tell.
    pub(crate) fn push_all(&mut self) {
        let peers: Vec<Peer> = self.control.sessions.keys().copied().collect();
        for peer in peers {
            let delay = self.dice.millis((1, 20));
            let Some(session) = self.control.sessions.get_mut(&peer) else { continue };
            if !session.is_push_due {
                session.is_push_due = true;
                let event = Event::Push { peer, session: session.number };
                self.queue.push(self.now + delay, event);
            }
        }
    }

    pub(crate) fn on_push(&mut self, peer: Peer, number: u64) {
        let snapshot = self.store.clone();
        let Some(session) = self.control.sessions.get_mut(&peer) else { return };
        if session.number != number {
            return;
        }
        session.is_push_due = false;
        match (&mut session.told, peer) {
            (Told::Node(sent), Peer::Node(index)) => {
                if let Some(delta) = sent.delta(&snapshot, &self.hosts[index].id) {
                    self.send_to_peer(peer, &ToPeer::Node(delta));
                }
            }
            (Told::Balancer(sent), Peer::Balancer) => {
                let config = route_config(&snapshot);
                if config != *sent {
                    sent.clone_from(&config);
                    self.send_config(config);
                }
            }
            (Told::Node(_), Peer::Balancer) | (Told::Balancer(_), Peer::Node(_)) => {}
        }
    }

    fn send_config(&mut self, config: Config) {
        let revision = self.store.revision;
        let message = ToPeer::Balancer(ToBalancer::Config { revision, config });
        self.send_to_peer(Peer::Balancer, &message);
    }

    pub(crate) fn on_heard(&mut self, peer: Peer, session: u64, message: &FromPeer) {
        if !self.is_heard(peer, session) {
            return;
        }
        match message {
            FromPeer::Node(FromNode::Report(told)) => {
                self.transact(Actor::Node, |snapshot| report::heard(snapshot, told));
            }
            FromPeer::Node(
                FromNode::Hello { .. } | FromNode::Settled { .. } | FromNode::Denied(_),
            ) => {}
            FromPeer::Balancer(told) => {
                let now = self.control_now();
                let heard = |snapshot: &Snapshot| route_config::heard(snapshot, told, now);
                self.transact(Actor::Balancer, heard);
            }
        }
    }

    /// A session ended: its node is away, unless a later session of it has begun.
    pub(crate) fn on_gone(&mut self, peer: Peer, number: u64, life: u64) {
        if !self.is_control(life) {
            return;
        }
        if self.control.sessions.get(&peer).is_some_and(|session| session.number == number) {
            self.control.sessions.remove(&peer);
        }
        let is_latest = self.links.get(&peer).is_some_and(|link| link.sessions == number);
        if let (Peer::Node(index), true) = (peer, is_latest) {
            let id = self.hosts[index].id.clone();
            self.transact(Actor::Node, |snapshot| disconnected(snapshot, &id));
        }
    }
}

fn connected(snapshot: &Snapshot, node: Node) -> Plan {
    let mut plan = Plan::new();
    match snapshot.nodes.get(&Node::scope(), &node.id) {
        Some(known) => {
            let next = Node { registered_at: known.registered_at, ..node };
            if *known.record != next {
                plan.update(known, next);
            }
        }
        None => plan.insert(node),
    }
    plan
}

fn disconnected(snapshot: &Snapshot, id: &str) -> Plan {
    let mut plan = Plan::new();
    if let Some(known) = snapshot.nodes.get(&Node::scope(), id).filter(|node| node.is_connected) {
        plan.update(known, Node { is_connected: false, ..(*known.record).clone() });
    }
    plan
}
