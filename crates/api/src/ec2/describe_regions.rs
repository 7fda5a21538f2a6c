//! `DescribeRegions`: the regions that a caller can use, which are all of the same server.

use aws_api::ec2::{DescribeRegionsRequest, DescribeRegionsResult, Region};
use wire::ApiError;

use super::filter::{Filters, Names};
use super::{describe, zone};
use crate::Caller;

const FILTERS: Names = Names { known: &["opt-in-status", "region-name"], absent: &["endpoint"] };

/// COMPAT: those that AWS enables for every account. Any other can be used here too, and
/// is shown to whoever uses it.
const REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

const OPT_IN_STATUS: &str = "opt-in-not-required";

/// `AllRegions` adds those that are not enabled; there are none. No endpoint is shown, for
/// it is the one that the caller speaks to.
pub(super) fn run(
    caller: &Caller,
    input: &DescribeRegionsRequest,
) -> Result<DescribeRegionsResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let filters = Filters::new(input.filters.as_deref(), FILTERS)?;
    let mut names: Vec<&str> = REGIONS.into_iter().chain([caller.scope.region.as_str()]).collect();
    names.sort_unstable();
    names.dedup();
    let wanted = input.region_names.as_deref().unwrap_or_default();
    if let Some(unknown) = wanted.iter().find(|wanted| !names.contains(&wanted.as_str())) {
        return Err(super::invalid(format!("Invalid region provided: {unknown}")));
    }
    let shown = names
        .into_iter()
        .filter(|name| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name))
        .filter(|region| filters.pass(zone::NO_TAGS, |name| values(region, name)))
        .map(|name| Region {
            opt_in_status: Some(OPT_IN_STATUS.to_owned()),
            region_name: Some(name.to_owned()),
            ..Region::default()
        });
    Ok(DescribeRegionsResult { regions: Some(shown.collect()) })
}

fn values(region: &str, name: &str) -> Vec<String> {
    match name {
        "opt-in-status" => vec![OPT_IN_STATUS.to_owned()],
        "region-name" => vec![region.to_owned()],
        _ => Vec::new(),
    }
}
