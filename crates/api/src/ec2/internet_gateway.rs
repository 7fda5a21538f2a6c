//! Internet gateways as the API shows them, and what they are filtered by.

use aws_api::ec2;
use model::{Entry, InternetGateway, Scope, Snapshot, Tags};
use wire::ApiError;

use super::describe::{IdKind, Resource};
use super::filter::Names;
use super::tags;

pub(super) const ID: IdKind = IdKind {
    prefix: "igw",
    malformed: "InvalidInternetGatewayId.Malformed",
    not_found: "InvalidInternetGatewayID.NotFound",
    noun: "internetGateway ID",
};

impl Resource for &Entry<InternetGateway> {
    const ID: IdKind = ID;

    const FILTERS: Names = Names {
        known: &["attachment.state", "attachment.vpc-id", "internet-gateway-id", "owner-id"],
        absent: &[],
    };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        let value = match name {
            "attachment.state" => self.vpc_id.as_ref().map(|_| "available".to_owned()),
            "attachment.vpc-id" => self.vpc_id.clone(),
            "internet-gateway-id" => Some(self.record.id.clone()),
            "owner-id" => Some(self.scope.account.clone()),
            _ => None,
        };
        value.into_iter().collect()
    }
}

pub(super) fn render(gateway: &InternetGateway) -> ec2::InternetGateway {
    let attachment = |vpc_id: &String| ec2::InternetGatewayAttachment {
        state: Some(ec2::AttachmentStatus::Available),
        vpc_id: Some(vpc_id.clone()),
    };
    ec2::InternetGateway {
        attachments: Some(gateway.vpc_id.iter().map(attachment).collect()),
        internet_gateway_id: Some(gateway.id.clone()),
        owner_id: Some(gateway.scope.account.clone()),
        tags: Some(tags::render(&gateway.tags)),
    }
}

/// The gateway that a VPC has, without which no public address of it leads anywhere.
pub(super) fn of_vpc<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    vpc_id: &str,
) -> Result<&'a Entry<InternetGateway>, ApiError> {
    let is_its = |gateway: &&Entry<InternetGateway>| gateway.vpc_id.as_deref() == Some(vpc_id);
    let found = snapshot.internet_gateways.list(scope).find(is_its);
    found.ok_or_else(|| {
        ApiError::client(
            "Gateway.NotAttached",
            format!("Network {vpc_id} is not attached to any internet gateway"),
        )
    })
}
