//! Clients: requests that the balancer routes by its table, as production routes them.

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

use routing::session::TargetName;
use routing::{Decision, Draw, Headers, LOOPBACK, RequestFacts};

use crate::balancer;
use crate::queue::Event;
use crate::world::World;

/// Where test traffic comes in; what comes in elsewhere is production traffic.
pub(crate) const TEST_PORT: u16 = 81;
pub(crate) const PRODUCTION_PORT: u16 = 80;

/// A request has no header that a rule looks at.
struct NoHeaders;

impl Headers for NoHeaders {
    fn any(&self, _: &str, _: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        false
    }
}

impl World {
    /// One request to each listener, and then again.
    pub(crate) fn on_request(&mut self) {
        let again = self.now + self.dice.millis((300, 4_000));
        self.queue.push(again, Event::Request);
        if !self.balancer.is_up {
            return;
        }
        let sockets = self.balancer.table.sockets().filter(|socket| *socket.ip() != LOOPBACK);
        let sockets: Vec<SocketAddrV4> = sockets.collect();
        for socket in sockets {
            if let Some(target) = self.pick(socket) {
                self.send_request(target);
            }
        }
    }

    /// The target that a request which arrives there now would get.
    pub(crate) fn pick(&mut self, socket: SocketAddrV4) -> Option<TargetName> {
        let random = self.dice.rng().next_u64();
        self.balancer.turn += 1;
        let draw = Draw { turn: self.balancer.turn, random };
        let table = &self.balancer.table;
        let listener = table.listener(socket, "front").ok()?;
        let facts = RequestFacts {
            method: "GET",
            host: "front",
            path: "/",
            query: None,
            source: IpAddr::V4(Ipv4Addr::LOCALHOST),
            headers: &NoHeaders,
        };
        let Decision::Forward(forward) = listener.route(&facts) else { return None };
        let group = table.group(forward.choose(random, None)?);
        let names: Vec<TargetName> =
            group.targets().iter().map(|routed| balancer::name(group, routed)).collect();
        let live: Option<Vec<balancer::Tracked>> =
            names.iter().map(|name| self.balancer.targets.get(name).cloned()).collect();
        let index = group.pick(&live?, draw, None)?;
        names.get(index.0).cloned()
    }

    fn send_request(&mut self, target: TargetName) {
        self.figures.requests += 1;
        if let Some(task) = self.holder(target.address) {
            self.laws.requested(&task);
        }
        if let Some(tracked) = self.balancer.targets.get_mut(&target) {
            tracked.in_flight += 1;
        }
        let at = self.now + self.dice.millis((10, 8_000));
        let life = self.balancer.life;
        self.queue.push(at, Event::RequestEnd { life, target });
    }
}
