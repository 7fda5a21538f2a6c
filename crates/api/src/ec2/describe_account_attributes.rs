//! `DescribeAccountAttributes`: the default VPC, and that there is no other platform.

use aws_api::ec2::{
    AccountAttribute, AccountAttributeName, AccountAttributeValue,
    DescribeAccountAttributesRequest, DescribeAccountAttributesResult,
};
use wire::ApiError;

use super::describe;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeAccountAttributesRequest,
) -> Result<DescribeAccountAttributesResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = default_network::ensure(api, caller).await?;
    let vpc = snapshot.vpcs.list(&caller.scope).find(|vpc| vpc.is_default);
    // COMPAT: `none` where there is no default VPC (`DescribeAccountAttributes`).
    let vpc_id = vpc.map_or_else(|| "none".to_owned(), |vpc| vpc.id.clone());
    let wanted = input.attribute_names.as_deref().unwrap_or_default();
    let shown = [
        (AccountAttributeName::SupportedPlatforms, "VPC".to_owned()),
        (AccountAttributeName::DefaultVpc, vpc_id),
    ]
    .into_iter()
    .filter(|(name, _)| wanted.is_empty() || wanted.contains(name))
    .map(|(name, value)| AccountAttribute {
        attribute_name: Some(name.as_str().to_owned()),
        attribute_values: Some(vec![AccountAttributeValue { attribute_value: Some(value) }]),
    });
    Ok(DescribeAccountAttributesResult { account_attributes: Some(shown.collect()) })
}
