//! `DescribeTags`: every tag of the region's networks.

use aws_api::ec2::{DescribeTagsRequest, DescribeTagsResult, TagDescription};
use model::Tags;
use wire::ApiError;

use super::describe;
use super::filter::{Filters, Names};
use super::tagged::{self, Tagged};
use crate::{Api, Caller};

const FILTERS: Names =
    Names { known: &["key", "resource-id", "resource-type", "value"], absent: &[] };

/// One tag of one resource.
struct Held<'a> {
    resource: &'a Tagged<'a>,
    key: &'a str,
    value: &'a str,
}

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTagsRequest,
) -> Result<DescribeTagsResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = api.snapshot();
    let filters = Filters::new(input.filters.as_deref(), FILTERS)?;
    let resources: Vec<Tagged<'_>> = tagged::list(&snapshot, &caller.scope).collect();
    let mut held: Vec<Held<'_>> = resources.iter().flat_map(held_by).collect();
    held.retain(|held| {
        let own = Tags::from([(held.key.to_owned(), held.value.to_owned())]);
        filters.pass(&own, |name| vec![held.value_of(name)])
    });
    held.sort_by_key(Held::order);
    let asked = (input.next_token.as_deref(), input.max_results);
    let page = describe::page(held, Held::order, asked)?;
    let shown = page.items.into_iter().map(|held| TagDescription {
        key: Some(held.key.to_owned()),
        resource_id: Some(held.resource.id().to_owned()),
        resource_type: Some(held.resource.resource_type()),
        value: Some(held.value.to_owned()),
    });
    Ok(DescribeTagsResult { next_token: page.next_token, tags: Some(shown.collect()) })
}

fn held_by<'a>(resource: &'a Tagged<'a>) -> impl Iterator<Item = Held<'a>> {
    resource.tags().iter().map(move |(key, value)| Held { resource, key, value })
}

impl Held<'_> {
    fn order(&self) -> String {
        format!("{}/{}", self.resource.id(), self.key)
    }

    fn value_of(&self, name: &str) -> String {
        match name {
            "key" => self.key.to_owned(),
            "resource-id" => self.resource.id().to_owned(),
            "resource-type" => self.resource.resource_type().as_str().to_owned(),
            _ => self.value.to_owned(),
        }
    }
}
