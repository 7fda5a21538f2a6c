//! Tests of the pick: proportions, eligibility, stickiness.

use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::{
    Config, compile,
    config::{
        HealthCheck, ProtocolVersion, Target, TargetGroup, TargetGroupAttributes, TargetProtocol,
        TargetState,
    },
};

#[derive(Clone, Copy, Debug)]
struct Live {
    state: TargetHealthState,
    in_flight: u32,
    healthy_milliseconds: u64,
}

impl LiveTarget for Live {
    fn state(&self) -> TargetHealthState {
        self.state
    }
    fn in_flight(&self) -> u32 {
        self.in_flight
    }
    fn healthy_milliseconds(&self) -> u64 {
        self.healthy_milliseconds
    }
}

fn live(state: TargetHealthState) -> Live {
    Live { state, in_flight: 0, healthy_milliseconds: u64::MAX }
}

fn group(targets: usize, attributes: TargetGroupAttributes) -> RoutedGroup {
    let target = |index: usize| Target {
        id: format!("10.0.0.{index}"),
        address: Ipv4Addr::new(10, 0, 0, index as u8),
        port: 80,
        state: TargetState::Registered,
    };
    let group = TargetGroup {
        arn: "group".to_owned(),
        protocol: TargetProtocol::default(),
        protocol_version: ProtocolVersion::default(),
        health_check: HealthCheck::default(),
        attributes,
        targets: (0..targets).map(target).collect(),
    };
    let config = Config { load_balancers: vec![], target_groups: vec![group] };
    compile(&config).expect("a valid configuration").groups()[0].clone()
}

fn counts(group: &RoutedGroup, live: &[Live], draws: u64) -> Vec<u64> {
    let mut counts = vec![0; live.len()];
    for turn in 0..draws {
        let random = turn.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) >> 7;
        if let Some(TargetIndex(index)) = group.pick(live, Draw { turn, random }, None) {
            counts[index] += 1;
        }
    }
    counts
}

fn any_state() -> impl Strategy<Value = TargetHealthState> {
    use TargetHealthState::{Draining, Healthy, Initial, Unavailable, Unhealthy, Unused};
    prop::sample::select(vec![Initial, Healthy, Unhealthy, Unused, Draining, Unavailable])
}

proptest! {
    /// The rule, said naively: healthy ones; if none, unhealthy ones; never any other.
    #[test]
    fn only_those_who_may_are_picked(
        states in prop::collection::vec(any_state(), 1..8),
        turn: u64, random: u64, lor: bool,
    ) {
        use TargetHealthState::{Healthy, Unavailable, Unhealthy};
        use Algorithm::{LeastOutstandingRequests, RoundRobin};
        let algorithm = if lor { LeastOutstandingRequests } else { RoundRobin };
        let group = group(states.len(), TargetGroupAttributes { algorithm, ..Default::default() });
        let live: Vec<Live> = states.iter().map(|state| live(*state)).collect();
        let serving = |state: &TargetHealthState| matches!(state, Healthy | Unavailable);
        let picked = group.pick(&live, Draw { turn, random }, None).map(|index| states[index.0]);
        match picked {
            Some(state) if states.iter().any(serving) => prop_assert!(serving(&state)),
            Some(state) => prop_assert_eq!(state, Unhealthy),
            None => prop_assert!(!states.iter().any(|s| serving(s) || *s == Unhealthy)),
        }
    }

    #[test]
    fn groups_share_by_weight(weights in prop::collection::vec(0_u64..10, 1..5)) {
        let shares = weights.iter().enumerate().map(|(index, weight)| Share {
            group: GroupIndex(index),
            weight: *weight,
            fingerprint: index as u64,
        });
        let weight_total: u64 = weights.iter().sum();
        let forward =
            Forward { groups: shares.collect(), weight_total, stickiness_seconds: None };
        let mut counts = vec![0; weights.len()];
        for random in 0..weight_total {
            counts[forward.choose(random, None).expect("a weight above zero").0] += 1;
        }
        prop_assert_eq!(counts, weights);
        prop_assert!(weight_total > 0 || forward.choose(7, None).is_none());
    }
}

#[test]
fn round_robin_is_even() {
    let states = vec![live(TargetHealthState::Healthy); 3];
    assert_eq!(counts(&group(3, TargetGroupAttributes::default()), &states, 300), [100; 3]);
}

#[test]
fn least_outstanding_takes_the_idlest() {
    let attributes = TargetGroupAttributes {
        algorithm: Algorithm::LeastOutstandingRequests,
        ..Default::default()
    };
    let mut states = vec![live(TargetHealthState::Healthy); 3];
    (states[0].in_flight, states[1].in_flight, states[2].in_flight) = (4, 2, 3);
    assert_eq!(counts(&group(3, attributes), &states, 30), [0, 30, 0]);
}

#[test]
fn slow_start_ramps_linearly() {
    let attributes = TargetGroupAttributes { slow_start_seconds: 100, ..Default::default() };
    let group = group(2, attributes);
    for (seconds, wanted) in [(0, 0.0), (25, 0.2), (50, 1.0 / 3.0), (100, 0.5)] {
        let mut states = vec![live(TargetHealthState::Healthy); 2];
        states[1].healthy_milliseconds = seconds * 1_000;
        let counts = counts(&group, &states, 20_000);
        let share = counts[1] as f64 / 20_000.0;
        assert!((share - wanted).abs() < 0.02, "after {seconds} s: {share}, not {wanted}");
    }
}

#[test]
fn a_sticky_client_stays_until_its_target_may_not_serve() {
    let group = group(3, TargetGroupAttributes::default());
    let sticky = Some(StickyTarget(group.targets()[2].fingerprint));
    let draw = Draw { turn: 0, random: 0 };
    let mut states = vec![live(TargetHealthState::Healthy); 3];
    assert_eq!(group.pick(&states, draw, sticky), Some(TargetIndex(2)));
    states[2].state = TargetHealthState::Draining;
    assert_eq!(group.pick(&states, draw, sticky), Some(TargetIndex(0)));
}

#[test]
fn a_sticky_group_is_kept_unless_it_weighs_nothing() {
    let share = |index: usize, weight| Share {
        group: GroupIndex(index),
        weight,
        fingerprint: index as u64,
    };
    let forward = Forward {
        groups: vec![share(0, 9), share(1, 1), share(2, 0)],
        weight_total: 10,
        stickiness_seconds: Some(60),
    };
    assert_eq!(forward.choose(0, Some(1)), Some(GroupIndex(1)));
    assert_eq!(forward.choose(0, Some(2)), Some(GroupIndex(0)));
    assert_eq!(forward.choose(0, Some(77)), Some(GroupIndex(0)));
}
