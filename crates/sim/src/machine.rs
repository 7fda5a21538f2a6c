//! What a machine really does: how long effects take, what containers become, who answers.

use std::net::Ipv4Addr;
use std::time::Duration;

use model::{TaskKey, Timestamp};
use node::observed::Outcome;
use node::ports::{ImageFacts, Started};
use node::step::Effect;

use crate::queue::{Cause, Event};
use crate::world::World;

/// The one container of every simulated task.
pub(crate) const CONTAINER: &str = "web";

/// What there is of one task.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) has_network: bool,
    pub(crate) has_shim: bool,
    pub(crate) program: Option<Program>,
}

/// A container that was started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    started_at: Timestamp,
    /// From when on it answers; never, where it is broken.
    pub(crate) serves_at: Option<Timestamp>,
    /// It answers in some half minutes, and not in the others.
    pub(crate) is_flapping: bool,
    pub(crate) exit: Option<(i32, Timestamp)>,
}

/// What an image makes of the containers that run it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    pub(crate) is_missing: bool,
    pub(crate) pull: (u64, u64),
    /// From its start to its first answer, in milliseconds.
    pub(crate) boot: (u64, u64),
    /// Chances in a thousand that a container of it is so.
    pub(crate) crashing: u64,
    pub(crate) broken: u64,
    pub(crate) flapping: u64,
    pub(crate) stubborn: u64,
}

impl Image {
    /// One with which nothing is wrong.
    pub(crate) fn good() -> Image {
        Image { pull: (200, 4_000), boot: (100, 6_000), ..Image::default() }
    }
}

impl Body {
    pub(crate) fn started(&self) -> Vec<(String, Started)> {
        let program = self.program.iter();
        program.map(|program| (CONTAINER.to_owned(), started(program))).collect()
    }

    pub(crate) fn ends(&self) -> Vec<Outcome> {
        let exit = self.program.iter().filter_map(|program| program.exit);
        exit.map(|(code, at)| Outcome::Exited {
            container: CONTAINER.to_owned(),
            code,
            is_out_of_memory: false,
            at,
        })
        .collect()
    }

    pub(crate) fn is_serving(&self, now: Timestamp) -> bool {
        let Some(program) = self.program.as_ref().filter(|_| self.has_network) else {
            return false;
        };
        let is_resting = program.is_flapping && (now.as_millis() / 15_000) % 2 == 1;
        let is_answering = program.serves_at.is_some_and(|at| now >= at);
        program.exit.is_none() && is_answering && !is_resting
    }
}

fn started(program: &Program) -> Started {
    Started { runtime_id: "runtime".to_owned(), at: program.started_at }
}

impl World {
    /// Whether whatever has this address answers.
    pub(crate) fn is_answering(&self, address: Ipv4Addr) -> bool {
        self.hosts.iter().any(|host| {
            let body = host.holder(address).and_then(|key| host.machine.get(key));
            body.is_some_and(|body| body.is_serving(self.now))
        })
    }

    pub(crate) fn holder(&self, address: Ipv4Addr) -> Option<TaskKey> {
        self.hosts.iter().find_map(|host| host.holder(address).cloned())
    }

    pub(crate) fn effect_time(&mut self, node: usize, key: &TaskKey, effect: &Effect) -> Duration {
        let pull = self.image(node, key).pull;
        let range = match effect {
            Effect::Pull { .. } => pull,
            Effect::AttachNetwork => (5, 200),
            Effect::Launch => (10, 200),
            Effect::Start { .. } => (20, 500),
            Effect::Check { .. } => (10, 1_500),
            Effect::Stop { .. } | Effect::Kill { .. } | Effect::Forget => (1, 20),
            Effect::Remove => (20, 600),
        };
        self.dice.millis(range)
    }

    /// What an effect does, at its end.
    pub(crate) fn act(&mut self, node: usize, key: &TaskKey, effect: &Effect) -> Vec<Outcome> {
        let container = CONTAINER.to_owned();
        match effect {
            Effect::Pull { .. } => {
                let reason = "CannotPullContainerError: not found".to_owned();
                let is_missing = self.image(node, key).is_missing;
                let facts = ImageFacts { digest: "sha256:0".to_owned(), stop_signal: None };
                let result = if is_missing { Err(reason) } else { Ok(facts) };
                vec![Outcome::Pulled { container, result }]
            }
            Effect::AttachNetwork => {
                let address = self.address(node, key);
                let body = self.body(node, key);
                (body.has_network, body.address) = (true, address);
                vec![Outcome::NetworkAttached(Ok(()))]
            }
            Effect::Launch => {
                self.body(node, key).has_shim = true;
                vec![Outcome::Launched(Ok(()))]
            }
            Effect::Start { .. } => vec![self.start(node, key)],
            Effect::Check { .. } => {
                let now = self.now;
                let is_success = self.body(node, key).is_serving(now);
                vec![Outcome::Checked { container, is_success }]
            }
            Effect::Stop { .. } => {
                let is_stubborn = self.dice.happens(self.image(node, key).stubborn);
                let range = if is_stubborn { (5_000, 60_000) } else { (10, 3_000) };
                let at = self.now + self.dice.millis(range);
                self.end_at(node, key, (at, Cause::Signal));
                vec![Outcome::Signalled { container, is_kill: false }]
            }
            Effect::Kill { .. } => {
                self.end_at(node, key, (self.now, Cause::Signal));
                vec![Outcome::Signalled { container, is_kill: true }]
            }
            Effect::Remove => {
                self.hosts[node].machine.remove(key);
                vec![Outcome::Removed]
            }
            Effect::Forget => vec![Outcome::Forgotten],
        }
    }

    pub(crate) fn on_exit(&mut self, node: usize, boot: u64, (task, cause): (&TaskKey, Cause)) {
        let is_healed = self.is_healed && cause == Cause::Crash;
        if self.hosts[node].boot != boot || is_healed {
            return;
        }
        let now = self.now;
        let body = self.hosts[node].machine.get_mut(task);
        let Some(program) = body.and_then(|body| body.program.as_mut()) else { return };
        if program.exit.is_none() {
            program.exit = Some((if cause == Cause::Crash { 1 } else { 143 }, now));
            if cause == Cause::Crash {
                self.note(|names| format!("{} crashes", names.task(task)));
            }
            self.advance(node, task);
        }
    }

    /// A container begins; what will become of it is drawn now.
    fn start(&mut self, node: usize, key: &TaskKey) -> Outcome {
        let (image, now) = (self.image(node, key), self.now);
        let (is_broken, is_flapping) =
            (self.dice.happens(image.broken), self.dice.happens(image.flapping));
        let crashes = self.dice.happens(image.crashing);
        let crash_at = now + self.dice.millis((50, 120_000));
        let serves_at = now + self.dice.millis(image.boot);
        let body = self.body(node, key);
        let is_new = body.program.is_none();
        let program = body.program.get_or_insert_with(|| Program {
            started_at: now,
            serves_at: (!is_broken).then_some(serves_at),
            is_flapping,
            exit: None,
        });
        let result = Ok(started(program));
        if is_new && crashes {
            self.end_at(node, key, (crash_at, Cause::Crash));
        }
        Outcome::Started { container: CONTAINER.to_owned(), result }
    }

    fn end_at(&mut self, node: usize, key: &TaskKey, (at, cause): (Timestamp, Cause)) {
        let boot = self.hosts[node].boot;
        self.queue.push(at, Event::Exit { node, boot, task: key.clone(), cause });
    }

    fn body(&mut self, node: usize, key: &TaskKey) -> &mut Body {
        self.hosts[node].machine.entry(key.clone()).or_default()
    }

    fn address(&self, node: usize, key: &TaskKey) -> Option<Ipv4Addr> {
        let held = self.hosts[node].held.get(key)?;
        held.assignment.spec.interface.as_ref().map(|interface| interface.address)
    }

    fn image(&self, node: usize, key: &TaskKey) -> Image {
        let held = self.hosts[node].held.get(key).filter(|_| !self.is_healed);
        let name = held.and_then(|held| held.assignment.spec.containers.first());
        let image = name.and_then(|container| self.images.get(&container.definition.image));
        image.cloned().unwrap_or_else(Image::good)
    }

    /// Nothing is wrong with anything any more.
    pub(crate) fn heal_machines(&mut self) {
        let soon = self.now + Duration::from_secs(5);
        for host in &mut self.hosts {
            for program in host.machine.values_mut().filter_map(|body| body.program.as_mut()) {
                program.is_flapping = false;
                program.serves_at = Some(program.serves_at.map_or(soon, |at| at.min(soon)));
            }
        }
    }
}
