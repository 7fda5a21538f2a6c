//! Tiers: how large a value may be, and what an advanced parameter may have.
//
// COMPAT: "Managing parameter tiers".

use aws_api::ssm::{ParameterTier as Wanted, errors};
use model::{ParameterTier, Scope, Snapshot};
use wire::ApiError;

/// LIMIT: bytes of a value.
const STANDARD_BYTES_MAX: usize = 4096;
const ADVANCED_BYTES_MAX: usize = 8192;

/// LIMIT: parameters of a region.
const STANDARD_MAX: usize = 10_000;
const ADVANCED_MAX: usize = 100_000;

/// What a parameter asks of its tier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    pub value_bytes: usize,
    pub has_policies: bool,
}

/// The tier that a parameter gets, which is of `known` now.
pub(super) fn decide(
    wanted: Option<Wanted>,
    known: Option<ParameterTier>,
    needs: Needs,
) -> Result<ParameterTier, ApiError> {
    let is_large = needs.value_bytes > STANDARD_BYTES_MAX;
    let tier = match (wanted, known) {
        (Some(Wanted::Advanced), _)
        | (Some(Wanted::IntelligentTiering) | None, Some(ParameterTier::Advanced)) => {
            ParameterTier::Advanced
        }
        (Some(Wanted::Standard), Some(ParameterTier::Advanced)) => {
            return Err(super::invalid(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter \
                 from the advanced-parameter tier to the standard-parameter tier. If necessary, \
                 you can delete the advanced parameter and recreate it as a standard parameter.",
            ));
        }
        (Some(Wanted::IntelligentTiering), _) if is_large || needs.has_policies => {
            ParameterTier::Advanced
        }
        (Some(Wanted::Standard | Wanted::IntelligentTiering) | None, _) => ParameterTier::Standard,
    };
    match tier {
        ParameterTier::Standard if is_large => Err(super::invalid(format!(
            "Standard tier parameters support a maximum parameter value of {STANDARD_BYTES_MAX} \
             characters. To create a larger parameter value, upgrade the parameter to use the \
             advanced-parameter tier."
        ))),
        ParameterTier::Standard if needs.has_policies => Err(super::invalid(
            "Standard tier parameters can't have policies. Upgrade the parameter to use the \
             advanced-parameter tier.",
        )),
        ParameterTier::Advanced if needs.value_bytes > ADVANCED_BYTES_MAX => {
            Err(super::invalid(format!(
                "Advanced tier parameters support a maximum parameter value of \
                 {ADVANCED_BYTES_MAX} characters."
            )))
        }
        ParameterTier::Standard | ParameterTier::Advanced => Ok(tier),
    }
}

/// Refuses one more parameter of a tier than a region may have.
pub(super) fn check_count(
    snapshot: &Snapshot,
    scope: &Scope,
    tier: ParameterTier,
) -> Result<(), ApiError> {
    let max = match tier {
        ParameterTier::Standard => STANDARD_MAX,
        ParameterTier::Advanced => ADVANCED_MAX,
    };
    // Most installations have fewer parameters than any limit, of all tiers and regions together.
    if snapshot.parameters.len() < max {
        return Ok(());
    }
    let known = snapshot.parameters.list(scope).filter(|it| it.latest().1.tier == tier);
    if known.count() >= max {
        return Err(errors::parameter_limit_exceeded(format!(
            "There are {max} parameters of this tier in the region, which is the most. Delete \
             parameters that are no longer used."
        )));
    }
    Ok(())
}

pub(super) fn render(tier: ParameterTier) -> Wanted {
    match tier {
        ParameterTier::Standard => Wanted::Standard,
        ParameterTier::Advanced => Wanted::Advanced,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::{Change, Parameter, ParameterValue, ParameterVersion, Tags, Timestamp};

    use super::*;

    fn parameter(scope: &Scope, name: String) -> Change {
        let version = ParameterVersion {
            value: ParameterValue::String("x".to_owned()),
            description: None,
            allowed_pattern: None,
            data_type: "text".to_owned(),
            tier: ParameterTier::Standard,
            labels: BTreeSet::new(),
            modified_at: Timestamp::EPOCH,
            modified_by: String::new(),
        };
        let versions = BTreeMap::from([(1, version)]);
        let (scope, tags) = (scope.clone(), Tags::new());
        Change::Put(Parameter { scope, name, versions, tags, expires: None }.into())
    }

    #[test]
    fn a_region_has_so_many_parameters_of_a_tier() {
        let [here, there] = ["us-east-1", "us-west-2"].map(|it| Scope::new("000000000000", it));
        let mut snapshot = Snapshot::default();
        let made = |scope: &Scope, range: std::ops::Range<usize>| -> Vec<Change> {
            range.map(|number| parameter(scope, format!("p{number}"))).collect()
        };
        snapshot.apply(1, &made(&here, 0..STANDARD_MAX - 1));
        snapshot.apply(2, &made(&there, 0..2));
        let check = |snapshot: &Snapshot, scope, tier| {
            check_count(snapshot, scope, tier).map_err(|error| error.code)
        };
        assert_eq!(check(&snapshot, &here, ParameterTier::Standard), Ok(()));
        snapshot.apply(3, &made(&here, STANDARD_MAX - 1..STANDARD_MAX));
        let refused = Err("ParameterLimitExceeded".into());
        assert_eq!(check(&snapshot, &here, ParameterTier::Standard), refused);
        assert_eq!(check(&snapshot, &here, ParameterTier::Advanced), Ok(()));
        assert_eq!(check(&snapshot, &there, ParameterTier::Standard), Ok(()));
    }

    #[test]
    fn a_tier_is_what_is_asked_for_and_what_is_needed() {
        use ParameterTier::{Advanced, Standard};
        let small = Needs { value_bytes: 4096, has_policies: false };
        let large = Needs { value_bytes: 4097, ..small };
        let with_policies = Needs { has_policies: true, ..small };
        let decide = |wanted, known, needs| decide(wanted, known, needs).ok();
        assert_eq!(decide(None, None, small), Some(Standard));
        assert_eq!(decide(None, None, large), None);
        assert_eq!(decide(None, Some(Advanced), large), Some(Advanced));
        assert_eq!(decide(Some(Wanted::Standard), Some(Advanced), small), None);
        assert_eq!(decide(Some(Wanted::Standard), None, with_policies), None);
        assert_eq!(decide(Some(Wanted::Advanced), Some(Standard), small), Some(Advanced));
        let intelligent = Some(Wanted::IntelligentTiering);
        assert_eq!(decide(intelligent, None, small), Some(Standard));
        assert_eq!(decide(intelligent, None, large), Some(Advanced));
        assert_eq!(decide(intelligent, None, with_policies), Some(Advanced));
        assert_eq!(decide(intelligent, Some(Advanced), small), Some(Advanced));
        let huge = Needs { value_bytes: 8193, ..small };
        assert_eq!(decide(Some(Wanted::Advanced), None, huge), None);
    }
}
