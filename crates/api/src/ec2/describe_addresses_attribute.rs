//! `DescribeAddressesAttribute`: the names that Elastic IP addresses lead back to; none has one.

use aws_api::ec2::{
    AddressAttribute, AddressAttributeName, DescribeAddressesAttributeRequest,
    DescribeAddressesAttributeResult,
};
use wire::ApiError;

use super::describe::{self, Wanted};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeAddressesAttributeRequest,
) -> Result<DescribeAddressesAttributeResult, ApiError> {
    match input.attribute {
        Some(AddressAttributeName::DomainName) => {}
        None => return Err(super::missing("Attribute")),
    }
    let snapshot = api.snapshot();
    let wanted = Wanted {
        ids: input.allocation_ids.as_deref(),
        filters: None,
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.elastic_ips.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| AddressAttribute {
        public_ip: Some(each.address.to_string()),
        allocation_id: Some(each.allocation_id.clone()),
        ..AddressAttribute::default()
    });
    Ok(DescribeAddressesAttributeResult {
        addresses: Some(shown.collect()),
        next_token: page.next_token,
    })
}
