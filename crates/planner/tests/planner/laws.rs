//! The safety laws of the rolling deployment, on any history of accidents.

use model::{
    DesiredStatus, Entry, HealthStatus, Stability, StopCode, TargetHealthState, Task, TaskState,
};
use planner::bounds::bounds;
use planner::health::{self, Verdict};
use proptest::prelude::*;

use crate::fixtures::{Wanted, service_key};
use crate::world::World;

#[derive(Clone, Debug)]
enum Accident {
    Deploy,
    Scale(u32),
    Step(u8),
    Crash(u8),
    Unhealthy(u8),
    Balance(u8),
    Protect(u8),
    Time(u8),
}

fn accidents() -> impl Strategy<Value = Accident> {
    prop_oneof![
        1 => Just(Accident::Deploy),
        1 => (0u32..6).prop_map(Accident::Scale),
        8 => any::<u8>().prop_map(Accident::Step),
        1 => any::<u8>().prop_map(Accident::Crash),
        1 => any::<u8>().prop_map(Accident::Unhealthy),
        6 => any::<u8>().prop_map(Accident::Balance),
        1 => any::<u8>().prop_map(Accident::Protect),
        2 => (1u8..60).prop_map(Accident::Time),
    ]
}

/// Tasks that are to run, and those of them that are healthy.
fn counts(world: &World) -> (u32, u32) {
    let service = world.snapshot.service(&service_key("web")).expect("the service");
    let mut alive = 0;
    let mut healthy = 0;
    for task in world.snapshot.tasks_of_service(&service.key) {
        let owner = task.service.as_ref().expect("a task of a service");
        let revision =
            world.snapshot.service_revision(&service.key, &owner.revision).expect("its revision");
        if task.desired_status == DesiredStatus::Running && task.last_status != TaskState::Stopped {
            alive += 1;
        }
        let verdict = health::verdict(&world.snapshot, service, revision, (task, world.now));
        healthy += u32::from(verdict == Verdict::Healthy);
    }
    (alive, healthy)
}

/// The share of each task set, and how many healthy tasks it has.
fn healthy_by_set(world: &World) -> Vec<(u32, u32)> {
    let service = world.snapshot.service(&service_key("web")).expect("the service");
    let mut sets = Vec::new();
    for set in world.task_sets("web") {
        let revision =
            world.snapshot.service_revision(&service.key, &set.id).expect("its revision");
        let is_healthy = |task: &&Entry<Task>| {
            let is_own = task.service.as_ref().is_some_and(|of| of.revision == set.id);
            let verdict = health::verdict(&world.snapshot, service, revision, (task, world.now));
            is_own && verdict == Verdict::Healthy
        };
        let healthy = world.snapshot.tasks_of_service(&service.key).filter(is_healthy).count();
        sets.push((set.desired_count(service.desired_count), healthy as u32));
    }
    sets
}

fn suffer(world: &mut World, wanted: &mut Wanted, accident: &Accident) {
    let tasks = world.tasks();
    let pick = |index: u8| tasks.get(usize::from(index) % tasks.len().max(1)).cloned();
    match accident {
        Accident::Deploy => world.service(wanted),
        Accident::Scale(count) => {
            wanted.count = *count;
            world.alter("web", |service| service.desired_count = *count);
        }
        Accident::Step(index) => {
            if let Some(task) = pick(*index) {
                world.step(&task);
            }
        }
        Accident::Crash(index) => {
            let running = pick(*index).filter(|task| {
                (TaskState::Pending..TaskState::Stopped).contains(&task.last_status)
            });
            if let Some(task) = running {
                world.crash(&task, StopCode::EssentialContainerExited);
            }
        }
        Accident::Unhealthy(index) => {
            if let Some(task) = pick(*index) {
                world.set_health(&task, HealthStatus::Unhealthy);
                world.set_target(&task, TargetHealthState::Unhealthy);
            }
        }
        Accident::Balance(index) => {
            let targets: Vec<_> = world.snapshot.targets.all().cloned().collect();
            if let Some(target) = targets.get(usize::from(*index) % targets.len().max(1)) {
                let mut plan = model::Plan::new();
                if target.draining_since.is_some() {
                    plan.delete(target);
                } else {
                    let mut next = (*target.record).clone();
                    next.health.state = TargetHealthState::Healthy;
                    plan.update(target, next);
                }
                world.commit(plan);
            }
        }
        // That no plan stops it meanwhile is for the lint to say.
        Accident::Protect(index) => {
            if let Some(task) = pick(*index) {
                world.protect(&task, 60);
            }
        }
        Accident::Time(seconds) => world.pass_time(u64::from(*seconds)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Planning never takes healthy tasks below the lower bound, nor starts beyond the
    /// upper; and when accidents cease, the service comes to what was asked.
    #[test]
    fn bounds_hold_and_the_service_converges(
        seed in any::<u64>(),
        count in 1u32..6,
        minimum in 0u32..=100,
        maximum in 100u32..=250,
        is_balanced in any::<bool>(),
        history in prop::collection::vec(accidents(), 1..60),
    ) {
        let mut world = World::new(seed);
        world.node("n1", 100_000, 1_000_000);
        let mut wanted =
            Wanted { minimum, maximum, is_balanced, ..Wanted::rolling("web", count) };
        world.service(&wanted);
        for accident in &history {
            suffer(&mut world, &mut wanted, accident);
            let (alive_before, healthy_before) = counts(&world);
            world.plan();
            let (alive, healthy) = counts(&world);
            let service = world.snapshot.service(&service_key("web")).expect("the service");
            let bounds = bounds(service.desired_count, &service.deployment_configuration);
            prop_assert!(
                healthy >= healthy_before.min(bounds.healthy_min),
                "healthy fell from {healthy_before} to {healthy}, below {}", bounds.healthy_min
            );
            prop_assert!(
                alive <= alive_before.max(bounds.running_max),
                "{alive} are to run, above {}", bounds.running_max
            );
        }
        // A bound that leaves no task to spare and no room for another cannot roll.
        let can_roll = {
            let service = world.snapshot.service(&service_key("web")).expect("the service");
            let bounds = bounds(service.desired_count, &service.deployment_configuration);
            bounds.running_max > bounds.healthy_min || service.desired_count == 0
        };
        for _ in 0..20 {
            world.pass_time(130);
            world.settle();
        }
        let (alive, healthy) = counts(&world);
        if can_roll {
            prop_assert_eq!((alive, healthy), (wanted.count, wanted.count));
            let service = world.snapshot.service(&service_key("web")).expect("the service");
            prop_assert!(service.is_steady);
        }
    }

    /// Planning takes no healthy task from a task set that has no more of them than its share,
    /// and when accidents cease, each set comes to its share and to nothing else.
    #[test]
    fn each_task_set_comes_to_its_share(
        seed in any::<u64>(),
        count in 0u32..6,
        percents in (0u32..=100, 0u32..=100),
        history in prop::collection::vec(accidents(), 1..60),
    ) {
        let mut world = World::new(seed);
        world.node("n1", 100_000, 1_000_000);
        let mut wanted = Wanted::rolling("web", count);
        world.external_service(&wanted);
        world.task_set("web", Some("web"), percents.0);
        world.task_set("web", Some("web2"), percents.1);
        for accident in history.iter().filter(|one| !matches!(one, Accident::Deploy)) {
            suffer(&mut world, &mut wanted, accident);
            let before = healthy_by_set(&world);
            world.plan();
            for ((share, before), (_, after)) in before.into_iter().zip(healthy_by_set(&world)) {
                prop_assert!(after >= before.min(share), "{before} to {after} of {share}");
            }
        }
        for _ in 0..20 {
            world.pass_time(130);
            world.settle();
        }
        for (share, healthy) in healthy_by_set(&world) {
            prop_assert_eq!(share, healthy);
        }
        for set in world.task_sets("web") {
            prop_assert_eq!(set.stability, Stability::SteadyState);
        }
        let shares: u32 = healthy_by_set(&world).into_iter().map(|(share, _)| share).sum();
        prop_assert_eq!(counts(&world), (shares, shares));
    }

    /// A plan that registers a target holds only while its task is as it was read: somebody may
    /// be stopping the task meanwhile, and one that is told to stop is to have no target.
    #[test]
    fn a_target_is_registered_of_a_task_as_it_was_read(seed in any::<u64>()) {
        let mut world = World::new(seed);
        world.node("n1", 10_000, 100_000);
        world.service(&Wanted::rolling("web", 2));
        world.plan();
        world.run_nodes();
        let plans = planner::deployment::plan(&world.snapshot, world.now, &mut world.rng);
        let mut registered = 0;
        for plan in plans {
            for change in &plan.changes {
                let model::Change::Put(model::AnyRecord::Target(target)) = change else { continue };
                let task = target.task.clone().expect("it is a task's");
                let entry = world.snapshot.task(&task).expect("the task");
                let key = model::Record::key(&*entry.record);
                let expected = model::Expect { key, revision: Some(entry.revision) };
                prop_assert!(plan.expects.contains(&expected));
                registered += 1;
            }
        }
        prop_assert_eq!(registered, 2);
    }

    /// The same seed gives the same state, to the byte.
    #[test]
    fn the_same_seed_gives_the_same_bytes(seed in any::<u64>()) {
        let run = || {
            let mut world = World::new(seed);
            world.node("n1", 10_000, 100_000);
            world.service(&Wanted::rolling("web", 3));
            world.settle();
            format!("{:?}", world.snapshot.tasks.all().collect::<Vec<_>>())
        };
        prop_assert_eq!(run(), run());
    }
}
