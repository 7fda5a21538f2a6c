//! Availability zones: three in every region, with ids that clients can compare.

use model::{Scope, Tags};
use wire::ApiError;

/// The letters of a region's zones, and the ends of their ids.
const ZONES: [(char, u8); 3] = [('a', 1), ('b', 2), ('c', 3)];

/// One zone of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub name: String,
    pub id: String,
}

pub(super) fn list(scope: &Scope) -> Vec<Zone> {
    let region = &scope.region;
    ZONES
        .iter()
        .map(|(letter, number)| Zone {
            name: format!("{region}{letter}"),
            id: format!("{}-az{number}", short_region(region)),
        })
        .collect()
}

/// The id of a zone that is named.
pub(super) fn id_of(scope: &Scope, name: &str) -> Option<String> {
    list(scope).into_iter().find(|zone| zone.name == name).map(|zone| zone.id)
}

/// The zone that a request names by its name or by its id; `None` where it names none.
pub(super) fn named(
    scope: &Scope,
    (name, id): (Option<&str>, Option<&str>),
) -> Result<Option<Zone>, ApiError> {
    let (parameter, given) = match (name, id) {
        (None, None) => return Ok(None),
        (Some(name), None) => ("availabilityZone", name),
        (None, Some(id)) => ("availabilityZoneId", id),
        (Some(_), Some(_)) => {
            return Err(ApiError::client(
                "InvalidParameterCombination",
                "Only one of availabilityZone and availabilityZoneId can be specified",
            ));
        }
    };
    let of = |zone: &Zone| if name.is_some() { zone.name.clone() } else { zone.id.clone() };
    let zones = list(scope);
    let known: Vec<String> = zones.iter().map(of).collect();
    let found = zones.into_iter().find(|zone| of(zone) == given);
    found.map(Some).ok_or_else(|| {
        super::invalid(format!(
            "Value ({given}) for parameter {parameter} is invalid. Subnets can currently only be \
             created in the following availability zones: {}.",
            known.join(", ")
        ))
    })
}

/// Zones have no tags.
pub(super) const NO_TAGS: &Tags = &Tags::new();

/// COMPAT: `us-east-1` is `use1` in the ids of its zones, `ap-southeast-2` is `apse2`.
fn short_region(region: &str) -> String {
    let short = |part: &str| {
        let direction = match part {
            "northeast" => "ne",
            "northwest" => "nw",
            "southeast" => "se",
            "southwest" => "sw",
            other => return other.get(..1).unwrap_or_default().to_owned(),
        };
        direction.to_owned()
    };
    let mut parts = region.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &short(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_shortened_as_in_zone_ids() {
        let table = [
            ("us-east-1", "use1"),
            ("ap-southeast-2", "apse2"),
            ("ca-central-1", "cac1"),
            ("us-gov-west-1", "usgw1"),
        ];
        for (region, short) in table {
            assert_eq!(short_region(region), short);
        }
        let zones = list(&Scope::new("000000000000", "eu-west-1"));
        assert_eq!(zones[2], Zone { name: "eu-west-1c".to_owned(), id: "euw1-az3".to_owned() });
    }
}
