//! `DescribeSecurityGroupReferences`: which other VPCs refer to groups, over a peering.

use aws_api::ec2::{DescribeSecurityGroupReferencesRequest, DescribeSecurityGroupReferencesResult};
use wire::ApiError;

use super::{describe, security_group};
use crate::{Api, Caller, default_network};

/// COMPAT: no VPC is peered with another, and so none refers to another's groups.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeSecurityGroupReferencesRequest,
) -> Result<DescribeSecurityGroupReferencesResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = default_network::ensure(api, caller).await?;
    for id in &input.group_id {
        let named = (security_group::ID, id.as_str());
        describe::find(&snapshot.security_groups, &caller.scope, named)?;
    }
    Ok(DescribeSecurityGroupReferencesResult { security_group_reference_set: Some(Vec::new()) })
}
