//! `DescribeAvailabilityZones`: the three zones of the region.

use aws_api::ec2::{
    AvailabilityZone, AvailabilityZoneOptInStatus, AvailabilityZoneState,
    DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult,
};
use wire::ApiError;

use super::describe;
use super::filter::{Filters, Names};
use super::zone::{self, Zone};
use crate::Caller;

const FILTERS: Names = Names {
    known: &[
        "group-name",
        "opt-in-status",
        "region-name",
        "state",
        "zone-id",
        "zone-name",
        "zone-type",
    ],
    absent: &["group-long-name", "message", "parent-zone-id", "parent-zone-name"],
};

/// `AllAvailabilityZones` asks for those too that one can opt in to; there are none.
pub(super) fn run(
    caller: &Caller,
    input: &DescribeAvailabilityZonesRequest,
) -> Result<DescribeAvailabilityZonesResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let filters = Filters::new(input.filters.as_deref(), FILTERS)?;
    let zones = zone::list(&caller.scope);
    let names = input.zone_names.as_deref().unwrap_or_default();
    let ids = input.zone_ids.as_deref().unwrap_or_default();
    check_named(names, |name| zones.iter().any(|zone| zone.name == *name))?;
    check_named(ids, |id| zones.iter().any(|zone| zone.id == *id))?;
    let region = &caller.scope.region;
    let shown = zones
        .iter()
        .filter(|zone| names.is_empty() || names.contains(&zone.name))
        .filter(|zone| ids.is_empty() || ids.contains(&zone.id))
        .filter(|zone| filters.pass(zone::NO_TAGS, |name| values(region, zone, name)))
        .map(|zone| render(region, zone));
    Ok(DescribeAvailabilityZonesResult { availability_zones: Some(shown.collect()) })
}

fn check_named(given: &[String], is_known: impl Fn(&String) -> bool) -> Result<(), ApiError> {
    match given.iter().find(|each| !is_known(each)) {
        Some(unknown) => Err(super::invalid(format!("Invalid availability zone: [{unknown}]"))),
        None => Ok(()),
    }
}

fn values(region: &str, zone: &Zone, name: &str) -> Vec<String> {
    let value = match name {
        "group-name" => group_name(region),
        "opt-in-status" => AvailabilityZoneOptInStatus::OptInNotRequired.as_str().to_owned(),
        "region-name" => region.to_owned(),
        "state" => AvailabilityZoneState::Available.as_str().to_owned(),
        "zone-id" => zone.id.clone(),
        "zone-name" => zone.name.clone(),
        "zone-type" => ZONE_TYPE.to_owned(),
        _ => return Vec::new(),
    };
    vec![value]
}

const ZONE_TYPE: &str = "availability-zone";

fn group_name(region: &str) -> String {
    format!("{region}-zg-1")
}

fn render(region: &str, zone: &Zone) -> AvailabilityZone {
    AvailabilityZone {
        opt_in_status: Some(AvailabilityZoneOptInStatus::OptInNotRequired),
        messages: Some(Vec::new()),
        region_name: Some(region.to_owned()),
        zone_name: Some(zone.name.clone()),
        zone_id: Some(zone.id.clone()),
        group_name: Some(group_name(region)),
        network_border_group: Some(region.to_owned()),
        zone_type: Some(ZONE_TYPE.to_owned()),
        state: Some(AvailabilityZoneState::Available),
        ..AvailabilityZone::default()
    }
}
