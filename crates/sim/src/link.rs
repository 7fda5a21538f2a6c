//! Sessions between control and its peers, and what becomes of their messages.
//!
//! A session is what production has: messages arrive in order, each after a time of its own,
//! until it breaks. Then what was on its way is lost; or, towards control, arrives late, and is
//! heard as long as no later session has begun. A message may arrive twice.

use std::time::Duration;

use model::Timestamp;

use crate::log::Names;
use crate::queue::{Event, FromPeer, Peer, ToPeer};
use crate::world::World;

/// How long words of a session that broke may still arrive.
const STRAGGLING: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    /// The session that is open.
    pub(crate) session: Option<u64>,
    /// How many there were.
    pub(crate) sessions: u64,
    /// A session that broke, and until when control still hears what was said in it.
    straggler: Option<(u64, Timestamp)>,
    /// Nothing passes before this.
    pub(crate) cut_until: Timestamp,
    last_to_peer: Timestamp,
    last_to_control: Timestamp,
}

impl World {
    /// A peer tries to reach control, and goes on trying.
    pub(crate) fn on_connect(&mut self, peer: Peer) {
        let Some(link) = self.links.get(&peer) else { return };
        if link.session.is_some() || !self.is_peer_up(peer) {
            return;
        }
        if !self.control.is_up || self.now < link.cut_until {
            let again = self.now + self.dice.millis((100, 1_500));
            self.queue.push(again, Event::Connect { peer });
            return;
        }
        let now = self.now;
        let session = {
            let link = self.links.entry(peer).or_default();
            link.sessions += 1;
            link.session = Some(link.sessions);
            (link.last_to_peer, link.last_to_control) = (now, now);
            link.sessions
        };
        self.note(|_| format!("{} session {session} begins", Names::peer(peer)));
        self.begin_session(peer, session);
        match peer {
            Peer::Node(node) => self.tell_all(node),
            Peer::Balancer => self.tell_targets(),
        }
    }

    /// Ends a session; its peer tries again.
    pub(crate) fn break_link(&mut self, peer: Peer) {
        let is_heard_late = self.dice.happens(500);
        let (now, life) = (self.now, self.control.life);
        let notices = now + self.dice.millis((0, 1_000));
        let tries = now + self.dice.millis((100, 2_000));
        let link = self.links.entry(peer).or_default();
        if let Some(session) = link.session.take() {
            link.straggler = is_heard_late.then_some((session, now + STRAGGLING));
            self.queue.push(notices, Event::Gone { peer, session, life });
            self.queue.push(tries, Event::Connect { peer });
            self.note(|_| format!("{} session {session} breaks", Names::peer(peer)));
        }
    }

    pub(crate) fn send_to_control(&mut self, peer: Peer, message: &FromPeer) {
        let copies = if self.is_doubled() { 2 } else { 1 };
        for _ in 0..copies {
            let latency = self.latency();
            let Some(link) = self.links.get_mut(&peer) else { return };
            let Some(session) = link.session else { return };
            link.last_to_control = link.last_to_control.max(self.now + latency);
            let at = link.last_to_control;
            let message = Box::new(message.clone());
            self.queue.push(at, Event::ToControl { peer, session, message });
        }
    }

    pub(crate) fn send_to_peer(&mut self, peer: Peer, message: &ToPeer) {
        let copies = if self.is_doubled() { 2 } else { 1 };
        for _ in 0..copies {
            let latency = self.latency();
            let Some(link) = self.links.get_mut(&peer) else { return };
            let Some(session) = link.session else { return };
            link.last_to_peer = link.last_to_peer.max(self.now + latency);
            let at = link.last_to_peer;
            let message = Box::new(message.clone());
            self.queue.push(at, Event::ToPeer { peer, session, message });
        }
    }

    /// Whether control still hears what was said in this session.
    pub(crate) fn is_heard(&self, peer: Peer, session: u64) -> bool {
        let Some(link) = self.links.get(&peer) else { return false };
        let is_late =
            link.straggler.is_some_and(|(late, until)| late == session && self.now <= until);
        // A later session began with everything.
        let is_latest = link.sessions == session;
        self.control.is_up && is_latest && (link.session.is_some() || is_late)
    }

    fn is_doubled(&mut self) -> bool {
        !self.is_healed && self.plagues.messages && self.dice.happens(50)
    }

    fn latency(&mut self) -> Duration {
        let is_slow = !self.is_healed && self.plagues.messages && self.dice.happens(30);
        self.dice.millis(if is_slow { (200, 8_000) } else { (1, 20) })
    }

    /// Control is gone: every session is, and what was on its way to it is lost.
    pub(crate) fn break_all_links(&mut self) {
        let peers: Vec<Peer> = self.links.keys().copied().collect();
        for peer in peers {
            self.break_link(peer);
            self.links.entry(peer).or_default().straggler = None;
        }
    }
}
