//! Chance, all of it drawn from the seed.

use std::time::Duration;

use model::Rng;

#[derive(Clone, Debug)]
pub(crate) struct Dice(Rng);

impl Dice {
    pub(crate) fn seeded(seed: u64) -> Dice {
        Dice(Rng::seeded(seed))
    }

    /// A generator of its own for whoever draws at moments of its own.
    pub(crate) fn split(&mut self) -> Rng {
        Rng::seeded(self.0.next_u64())
    }

    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.0
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// Whether something happens that has so many chances in a thousand.
    pub(crate) fn happens(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// A time between two numbers of milliseconds; the second is not among them.
    pub(crate) fn millis(&mut self, (low, high): (u64, u64)) -> Duration {
        Duration::from_millis(low + self.below(high.saturating_sub(low).max(1)))
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let bound = from.len() as u64;
        (bound > 0).then(|| from[self.below(bound) as usize].clone())
    }
}
