//! What goes wrong, and when: all of it drawn from the seed.
//!
//! Each run suffers from some kinds of faults and is spared the others, so that what one kind
//! would hide is seen where it is away.

use std::time::Duration;

use model::AlarmState;

use crate::dice::Dice;
use crate::machine::Image;
use crate::queue::{Event, Peer};
use crate::world::World;

/// How far control's clock may be from the world's, in milliseconds.
const CLOCK_OFF_MAX: i64 = 180_000;

/// The kinds of faults that a run suffers from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plagues {
    /// Tasks that crash, and images with which something is wrong.
    pub(crate) images: bool,
    pub(crate) nodes: bool,
    pub(crate) balancer: bool,
    pub(crate) control: bool,
    /// Sessions that break, and messages that are late or doubled.
    pub(crate) messages: bool,
    pub(crate) clock: bool,
    pub(crate) alarm: bool,
    pub(crate) deletion: bool,
}

impl Plagues {
    pub(crate) fn draw(dice: &mut Dice) -> Plagues {
        Plagues {
            images: dice.happens(700),
            nodes: dice.happens(300),
            balancer: dice.happens(300),
            control: dice.happens(400),
            messages: dice.happens(500),
            clock: dice.happens(250),
            alarm: dice.happens(400),
            deletion: dice.happens(300),
        }
    }
}

impl World {
    pub(crate) fn on_fault(&mut self) {
        if self.is_healed {
            return;
        }
        let again = self.now + self.dice.millis((1_000, 25_000));
        self.queue.push(again, Event::Fault);
        self.figures.faults += 1;
        let node = self.dice.below(self.hosts.len() as u64) as usize;
        match self.dice.below(10) {
            0 if self.plagues.nodes => self.lose_process(node),
            1 if self.plagues.nodes => self.lose_machine(node),
            2 if self.plagues.balancer => self.crash_balancer(),
            3 if self.plagues.control => self.crash_control(),
            4 | 5 if self.plagues.messages => self.cut(node),
            6 if self.plagues.clock => self.jump(),
            7 if self.plagues.alarm => self.toggle_alarm(),
            8 | 9 if self.plagues.images => self.crash_task(node),
            _ => self.figures.faults -= 1,
        }
    }

    /// The last fault was: from here on nothing goes wrong any more.
    pub(crate) fn on_heal(&mut self) {
        self.is_healed = true;
        self.healed_at = Some(self.now);
        self.note(|_| "all is healed".to_owned());
        self.heal_machines();
        for link in self.links.values_mut() {
            link.cut_until = self.now;
        }
        if self.plagues.alarm {
            self.set_alarm(AlarmState::Ok);
        }
    }

    /// What an image of this run is like.
    pub(crate) fn draw_image(&mut self) -> Image {
        if !self.plagues.images || self.dice.happens(400) {
            return Image::good();
        }
        let mut image = Image::good();
        match self.dice.below(6) {
            0 => image.is_missing = true,
            1 => image.boot = (5_000, 60_000),
            2 => image.crashing = self.dice.pick(&[150, 500, 1_000]).unwrap_or(500),
            3 => image.broken = self.dice.pick(&[300, 1_000]).unwrap_or(300),
            4 => image.flapping = self.dice.pick(&[300, 1_000]).unwrap_or(300),
            _ => image.stubborn = 700,
        }
        image
    }

    /// A node's process ends; its tasks go on.
    fn lose_process(&mut self, node: usize) {
        if !self.hosts[node].is_up {
            return;
        }
        self.hosts[node].is_up = false;
        self.note(|_| format!("node n{} crashes", node + 1));
        self.break_link(Peer::Node(node));
        self.finish_effects(node);
        let at = self.now + self.dice.millis((200, 10_000));
        self.queue.push(at, Event::NodeUp { node });
    }

    /// Effects that were under way may have been done, and nobody wrote it down.
    fn finish_effects(&mut self, node: usize) {
        let held = &self.hosts[node].held;
        let under_way = held.iter().flat_map(|(key, held)| {
            held.effects.keys().map(|effect| (key.clone(), effect.clone()))
        });
        let under_way: Vec<_> = under_way.collect();
        for (key, effect) in under_way {
            if self.dice.happens(500) {
                self.act(node, &key, &effect);
            }
        }
    }

    /// A machine goes down with all that it runs. What it wrote down may be lost with it.
    fn lose_machine(&mut self, node: usize) {
        let is_wiped = self.dice.happens(500);
        let host = &mut self.hosts[node];
        if !host.is_up {
            return;
        }
        host.is_up = false;
        host.boot += 1;
        host.machine.clear();
        if is_wiped {
            host.held.clear();
        }
        self.note(|_| format!("machine n{} is lost", node + 1));
        self.break_link(Peer::Node(node));
        let at = self.now + self.dice.millis((2_000, 60_000));
        self.queue.push(at, Event::NodeUp { node });
    }

    /// A session breaks; its peer cannot come back at once.
    fn cut(&mut self, node: usize) {
        let peer = if self.dice.happens(500) { Peer::Balancer } else { Peer::Node(node) };
        let until = self.now + self.dice.millis((0, 30_000));
        if let Some(link) = self.links.get_mut(&peer) {
            link.cut_until = until;
        }
        self.break_link(peer);
    }

    fn jump(&mut self) {
        let by = self.dice.below(240_000) as i64 - 120_000;
        self.control.ahead = (self.control.ahead + by).clamp(-CLOCK_OFF_MAX, CLOCK_OFF_MAX);
        let ahead = self.control.ahead;
        self.note(|_| format!("control's clock jumps: {ahead} ms ahead"));
    }

    fn toggle_alarm(&mut self) {
        let is_on = self.store.alarms.all().any(|alarm| alarm.is_alarming());
        self.set_alarm(if is_on { AlarmState::Ok } else { AlarmState::Alarm });
    }

    fn crash_task(&mut self, node: usize) {
        let keys: Vec<_> = self.hosts[node].machine.keys().cloned().collect();
        if let Some(task) = self.dice.pick(&keys) {
            let boot = self.hosts[node].boot;
            let at = self.now + Duration::from_millis(1);
            let cause = crate::queue::Cause::Crash;
            self.queue.push(at, Event::Exit { node, boot, task, cause });
        }
    }
}
