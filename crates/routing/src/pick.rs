//! The pick: which target group of a forward action, and which of its targets, gets a request.
//!
//! Both are functions of what is live and of one draw, without memory of their own: the balancer
//! supplies the turn (a counter per group) and a random number.
//!
//! INVARIANT: a draining, initial or unused target is never picked.
//! COMPAT: with no healthy target, requests go to all unhealthy ones ("fails open").

use crate::{
    config::Algorithm,
    health::TargetHealthState,
    table::{GroupIndex, RoutedGroup, TargetIndex},
};

/// Where choices come from.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Counts the group's requests.
    pub turn: u64,
    pub random: u64,
}

/// What is known of one target right now.
pub trait LiveTarget {
    fn state(&self) -> TargetHealthState;
    fn in_flight(&self) -> u32;
    /// How long it has been healthy.
    fn healthy_milliseconds(&self) -> u64;
}

impl<T: LiveTarget> LiveTarget for std::sync::Arc<T> {
    fn state(&self) -> TargetHealthState {
        T::state(self)
    }
    fn in_flight(&self) -> u32 {
        T::in_flight(self)
    }
    fn healthy_milliseconds(&self) -> u64 {
        T::healthy_milliseconds(self)
    }
}

/// The target a client's cookie names, by its fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StickyTarget(pub u64);

/// A compiled forward action.
#[derive(Clone, Debug)]
pub struct Forward {
    pub(crate) groups: Vec<Share>,
    pub(crate) weight_total: u64,
    pub(crate) stickiness_seconds: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) group: GroupIndex,
    pub(crate) weight: u64,
    pub(crate) fingerprint: u64,
}

/// The full share of a target, against which one in slow start is weighed.
const WEIGHT_FULL: u64 = 1_000;

impl Forward {
    /// The group for one request: the one its cookie names, else by weight.
    ///
    /// A group of weight 0 gets nothing, not even from a client that was on it.
    pub fn choose(&self, random: u64, sticky: Option<u64>) -> Option<GroupIndex> {
        if self.stickiness_seconds.is_some()
            && let Some(share) = self
                .groups
                .iter()
                .find(|share| sticky == Some(share.fingerprint) && share.weight > 0)
        {
            return Some(share.group);
        }
        if let [only] = self.groups.as_slice() {
            return (only.weight > 0).then_some(only.group);
        }
        by_weight(self.groups.iter().map(|share| share.weight), self.weight_total, random)
            .map(|index| self.groups[index].group)
    }

    pub fn stickiness_seconds(&self) -> Option<u32> {
        self.stickiness_seconds
    }
}

impl RoutedGroup {
    /// The target for one request, or none if no target may have it. `live` is in the order of
    /// `self.targets()`.
    pub fn pick(
        &self,
        live: &[impl LiveTarget],
        draw: Draw,
        sticky: Option<StickyTarget>,
    ) -> Option<TargetIndex> {
        assert_eq!(live.len(), self.targets().len(), "one live entry per target");
        let serving = |target: &_| is_serving(target);
        let open = |target: &_| LiveTarget::state(target) == TargetHealthState::Unhealthy;
        let eligible = live.iter().filter(|target| serving(*target)).count();
        if eligible == 0 {
            let count = live.iter().filter(|target| open(*target)).count();
            return self.pick_among(live, &open, count, draw);
        }
        if let Some(StickyTarget(fingerprint)) = sticky
            && let Some(index) =
                self.targets().iter().position(|target| target.fingerprint == fingerprint)
            && serving(&live[index])
        {
            return Some(TargetIndex(index));
        }
        self.pick_among(live, &serving, eligible, draw)
    }

    fn pick_among<L: LiveTarget>(
        &self,
        live: &[L],
        is_eligible: &impl Fn(&L) -> bool,
        count: usize,
        draw: Draw,
    ) -> Option<TargetIndex> {
        if count == 0 {
            return None;
        }
        let index = match self.algorithm() {
            Algorithm::LeastOutstandingRequests => least_outstanding(live, is_eligible, draw),
            Algorithm::RoundRobin if self.is_ramping(live, is_eligible) => {
                self.by_ramp(live, is_eligible, draw)
            }
            Algorithm::RoundRobin => nth(live, is_eligible, (draw.turn % count as u64) as usize),
        };
        index.map(TargetIndex)
    }

    /// Whether any eligible target is still in slow start.
    fn is_ramping<L: LiveTarget>(&self, live: &[L], is_eligible: &impl Fn(&L) -> bool) -> bool {
        self.slow_start_milliseconds() > 0
            && live
                .iter()
                .filter(|target| is_eligible(*target))
                .any(|target| target.healthy_milliseconds() < self.slow_start_milliseconds())
    }

    /// A draw in which a target in slow start weighs what it has done of its ramp.
    fn by_ramp<L: LiveTarget>(
        &self,
        live: &[L],
        is_eligible: &impl Fn(&L) -> bool,
        draw: Draw,
    ) -> Option<usize> {
        let ramp = self.slow_start_milliseconds();
        let weight = |target: &L| {
            if !is_eligible(target) {
                return 0;
            }
            let done = target.healthy_milliseconds().min(ramp);
            (done * WEIGHT_FULL / ramp).max(1)
        };
        let total = live.iter().map(weight).sum();
        by_weight(live.iter().map(weight), total, draw.random)
    }
}

/// A name for a target group or a target that survives restarts and reordering (64-bit FNV-1a).
///
/// It goes into cookies that are authenticated, so it need not resist forgery.
pub fn fingerprint(parts: &[&str]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

fn is_serving(target: &impl LiveTarget) -> bool {
    match target.state() {
        // Without health checks a target is taken as it is.
        TargetHealthState::Healthy | TargetHealthState::Unavailable => true,
        TargetHealthState::Initial
        | TargetHealthState::Unhealthy
        | TargetHealthState::Unused
        | TargetHealthState::Draining => false,
    }
}

fn nth<L>(live: &[L], is_eligible: &impl Fn(&L) -> bool, nth: usize) -> Option<usize> {
    let mut eligible = live.iter().enumerate().filter(|(_, target)| is_eligible(target));
    // Liveness can change between the count and this walk; the last one then stands in.
    let mut last = None;
    for _ in 0..=nth {
        match eligible.next() {
            Some((index, _)) => last = Some(index),
            None => break,
        }
    }
    last
}

/// The eligible target with the fewest requests in flight; ties go around by turn.
fn least_outstanding<L: LiveTarget>(
    live: &[L],
    is_eligible: &impl Fn(&L) -> bool,
    draw: Draw,
) -> Option<usize> {
    let start = (draw.turn % live.len() as u64) as usize;
    (0..live.len())
        .map(|step| (start + step) % live.len())
        .filter(|index| is_eligible(&live[*index]))
        .min_by_key(|index| live[*index].in_flight())
}

fn by_weight(weights: impl Iterator<Item = u64>, total: u64, random: u64) -> Option<usize> {
    if total == 0 {
        return None;
    }
    let mut left = random % total;
    let mut last = None;
    for (index, weight) in weights.enumerate() {
        if left < weight {
            return Some(index);
        }
        left -= weight;
        last = if weight > 0 { Some(index) } else { last };
    }
    // Liveness changed between the sum and this walk.
    last
}

#[cfg(test)]
#[path = "pick_tests.rs"]
mod tests;
