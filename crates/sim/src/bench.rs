//! How fast a world runs: a rolling deployment of a hundred tasks, against real time.

use std::time::Duration;

use model::{DeploymentConfiguration, ServiceStatus};

use crate::clock::timed;
use crate::control::Actor;
use crate::dice::Dice;
use crate::host::Host;
use crate::laws::{Broken, liveness};
use crate::machine::Image;
use crate::operator::{self, Owned, Wanted};
use crate::records::{self, Checks, Front, FrontTimes};
use crate::world::{Figures, World};

const TASKS: u32 = 100;
const SEED: u64 = 1;
/// What a machine of a hundred tasks has.
const NODE: (u32, u32) = (65_536, 131_072);

/// What one measured deployment came to.
#[derive(Clone, Debug)]
pub struct Measured {
    pub tasks: u32,
    pub took: Duration,
    pub simulated: Duration,
    /// Of the whole run, the first deployment too.
    pub figures: Figures,
    pub broken: Option<Broken>,
}

impl Measured {
    /// How many times faster than real time.
    pub fn speed(&self) -> f64 {
        self.simulated.as_secs_f64() / self.took.as_secs_f64()
    }
}

/// Deploys a second revision of a service of a hundred tasks, a quarter of them at a time, with
/// the health checks and the draining that load balancers have unless told otherwise.
pub fn bench() -> Measured {
    let hosts = (1..=4).map(|node| Host::new(format!("n{node}"), NODE)).collect();
    let mut world = World::new(SEED, hosts);
    operator::prepare(&mut world, &mut Dice::seeded(SEED).split());
    let times = FrontTimes { interval_secs: 30, deregistration_secs: 300 };
    let plan = records::front("web", 1, times);
    world.transact(Actor::Operator, |_| plan);
    let owned = Owned { name: "web", front: Front::Plain };
    let wanted = Wanted {
        count: TASKS,
        configuration: DeploymentConfiguration::rolling(100, 125),
        checks: Checks::Without,
        grace_secs: 180,
    };
    world.operator.services.push(owned.clone());
    // As programs of some size are: a pull over a network, a start that warms something up.
    let image = Image { pull: (5_000, 30_000), boot: (10_000, 60_000), ..Image::default() };
    world.deploy_image(&owned, &wanted, image.clone());
    world.run_until(is_over);
    let begun_at = world.now;
    let (took, ()) = timed(|| {
        world.deploy_image(&owned, &wanted, image);
        world.run_until(is_over);
    });
    let simulated = world.now.since(begun_at);
    let run = world.finish(SEED);
    Measured { tasks: TASKS, took, simulated, figures: run.figures, broken: run.broken }
}

fn is_over(world: &mut World) -> bool {
    let is_made = world.store.services.all().any(|one| one.status == ServiceStatus::Active);
    is_made && world.control.is_up && liveness::missing(world).is_none()
}
