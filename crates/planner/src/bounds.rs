//! How many tasks a service may have, and how few may be healthy.
//
// COMPAT: the rounding is the ECS API Reference's, "DeploymentConfiguration":
// the minimum rounds up, the maximum rounds down.

use model::DeploymentConfiguration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Healthy tasks never fall below this through our own doing.
    pub healthy_min: u32,
    /// Tasks that are to run never exceed this.
    pub running_max: u32,
}

pub fn bounds(desired_count: u32, configuration: &DeploymentConfiguration) -> Bounds {
    let percent = |percent: u32| u64::from(desired_count) * u64::from(percent);
    let minimum = percent(configuration.minimum_healthy_percent).div_ceil(100);
    let maximum = percent(configuration.maximum_percent) / 100;
    Bounds {
        healthy_min: u32::try_from(minimum).unwrap_or(u32::MAX),
        running_max: u32::try_from(maximum).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(desired: u32, minimum: u32, maximum: u32, expected: (u32, u32)) {
        let bounds = bounds(desired, &DeploymentConfiguration::rolling(minimum, maximum));
        assert_eq!((bounds.healthy_min, bounds.running_max), expected);
    }

    #[test]
    fn the_minimum_rounds_up_and_the_maximum_down() {
        check(3, 50, 150, (2, 4));
        check(3, 100, 200, (3, 6));
        check(1, 0, 100, (0, 1));
        check(0, 100, 200, (0, 0));
        check(10, 33, 133, (4, 13));
    }
}
