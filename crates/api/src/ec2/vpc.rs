//! VPCs as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, Snapshot, Tags, Vpc};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::tags;
use crate::Turn;

/// LIMIT: VPCs of a region. AWS's own default is 5, which it raises for whoever asks.
const PER_REGION_MAX: usize = 50;

/// COMPAT: the id that stands for no set of DHCP options.
const DHCP_OPTIONS_ID: &str = "default";

pub(super) const ID: IdKind = IdKind {
    prefix: "vpc",
    malformed: "InvalidVpcID.Malformed",
    not_found: "InvalidVpcID.NotFound",
    noun: "vpc ID",
};

impl Resource for &Entry<Vpc> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &[
            "cidr",
            "cidr-block-association.association-id",
            "cidr-block-association.cidr-block",
            "cidr-block-association.state",
            "dhcp-options-id",
            "is-default",
            "isDefault",
            "owner-id",
            "state",
            "vpc-id",
        ],
        absent: &[
            "ipv6-cidr-block-association.association-id",
            "ipv6-cidr-block-association.ipv6-cidr-block",
            "ipv6-cidr-block-association.ipv6-pool",
            "ipv6-cidr-block-association.state",
        ],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        let value = match name {
            "cidr" | "cidr-block-association.cidr-block" => self.cidr.to_string(),
            "cidr-block-association.association-id" => association_id(self),
            "cidr-block-association.state" => "associated".to_owned(),
            "dhcp-options-id" => DHCP_OPTIONS_ID.to_owned(),
            "is-default" | "isDefault" => self.is_default.to_string(),
            "owner-id" => self.scope.account.clone(),
            "state" => "available".to_owned(),
            "vpc-id" => self.record.id.clone(),
            _ => return Vec::new(),
        };
        vec![value]
    }
}

pub(super) fn render(vpc: &Vpc) -> ec2::Vpc {
    ec2::Vpc {
        owner_id: Some(vpc.scope.account.clone()),
        instance_tenancy: Some(ec2::Tenancy::Default),
        cidr_block_association_set: Some(vec![ec2::VpcCidrBlockAssociation {
            association_id: Some(association_id(vpc)),
            cidr_block: Some(vpc.cidr.to_string()),
            cidr_block_state: Some(ec2::VpcCidrBlockState {
                state: Some(ec2::VpcCidrBlockStateCode::Associated),
                status_message: None,
            }),
        }]),
        is_default: Some(vpc.is_default),
        tags: Some(tags::render(&vpc.tags)),
        vpc_id: Some(vpc.id.clone()),
        state: Some(ec2::VpcState::Available),
        cidr_block: Some(vpc.cidr.to_string()),
        dhcp_options_id: Some(DHCP_OPTIONS_ID.to_owned()),
        ..ec2::Vpc::default()
    }
}

/// The VPC that an id names.
pub(super) fn find<'a>(turn: &Turn<'a>, id: &str) -> Result<&'a Entry<Vpc>, ApiError> {
    describe::find(&turn.snapshot.vpcs, turn.scope(), (ID, id))
}

/// Writes a VPC again as it is: a deletion that was decided before it had what this plan makes
/// is then decided again.
pub(super) fn hold(turn: &mut Turn<'_>, vpc: &Entry<Vpc>) {
    turn.plan.update(vpc, (*vpc.record).clone());
}

/// Refuses one VPC more than a region may have.
pub(super) fn check_count(turn: &Turn<'_>) -> Result<(), ApiError> {
    if turn.snapshot.vpcs.list(turn.scope()).count() >= PER_REGION_MAX {
        return Err(ApiError::client(
            "VpcLimitExceeded",
            "The maximum number of VPCs has been reached.",
        ));
    }
    Ok(())
}

fn association_id(vpc: &Vpc) -> String {
    let digits = vpc.id.strip_prefix("vpc-").unwrap_or(&vpc.id);
    format!("vpc-cidr-assoc-{digits}")
}
