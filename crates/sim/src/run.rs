//! One run: a world is drawn from the seed, suffers for some minutes, is healed, and must come
//! to rest.

use std::time::Duration;

use crate::dice::Dice;
use crate::faults::Plagues;
use crate::host::Host;
use crate::laws::liveness;
use crate::mutation::Mutation;
use crate::operator::{self, Owned};
use crate::queue::Event;
use crate::records::{self, Front, FrontTimes};
use crate::world::{CONVERGES_WITHIN, Run, World};

/// What a node of a run has: room for some tens of tasks.
const NODE: (u32, u32) = (16_384, 65_536);

/// Runs one seed.
pub fn run(seed: u64) -> Run {
    run_mutated(seed, None)
}

/// Runs one seed with planners that are broken in this way.
pub fn run_mutated(seed: u64, mutation: Option<Mutation>) -> Run {
    let mut dice = Dice::seeded(seed ^ 0x5EED);
    let nodes = 1 + dice.below(3);
    let hosts = (1..=nodes).map(|node| Host::new(format!("n{node}"), NODE)).collect();
    let mut world = World::new(seed, hosts);
    world.mutation = mutation;
    world.plagues = Plagues::draw(&mut dice);
    let plagues = world.plagues;
    world.note(|_| format!("seed {seed}: {nodes} nodes, {plagues:?}"));
    operator::prepare(&mut world, &mut dice.split());
    begin_services(&mut world, &mut dice);
    let suffers = dice.millis((60_000, 360_000));
    let heals_at = world.now + suffers;
    world.queue.push(heals_at, Event::Heal);
    world.queue.push(world.now + Duration::from_secs(2), Event::Operator);
    world.queue.push(world.now + Duration::from_secs(5), Event::Fault);
    world.run_until(is_over);
    world.finish(seed)
}

fn begin_services(world: &mut World, dice: &mut Dice) {
    let names: &[&'static str] = if dice.happens(300) { &["web", "api"] } else { &["web"] };
    for (index, name) in names.iter().enumerate() {
        let front = match dice.below(10) {
            0 | 1 => Front::None,
            2..=4 => Front::Plain,
            _ => Front::Shifting,
        };
        let owned = Owned { name, front };
        if front != Front::None {
            let times = FrontTimes {
                interval_secs: 5 + dice.below(2) as u32 * 5,
                deregistration_secs: dice.below(3) as u32 * 10,
            };
            let plan = records::front(name, index as u8 + 1, times);
            world.transact(crate::control::Actor::Operator, |_| plan);
        }
        world.operator.services.push(owned.clone());
        let wanted = world.wanted(front);
        world.deploy(&owned, &wanted);
    }
}

/// Whether all is as it is to be; a run that takes too long for it is broken.
fn is_over(world: &mut World) -> bool {
    let Some(healed_at) = world.healed_at else { return false };
    let Some(what) = liveness::missing(world) else { return true };
    if world.now.since(healed_at) > CONVERGES_WITHIN {
        let after = CONVERGES_WITHIN.as_secs();
        world.laws.break_with("liveness", format!("{after} s after the last fault {what}"));
    }
    false
}
