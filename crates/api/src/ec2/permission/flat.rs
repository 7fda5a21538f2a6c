//! A permission in the older form, in which its parts are members of the request itself.

use aws_api::ec2;
use wire::ApiError;

use crate::ec2::{invalid, unsupported};
use crate::refuse::refuse_given;

#[derive(Clone, Copy, Debug)]
pub(in crate::ec2) struct Flat<'a> {
    pub cidr_ip: Option<&'a str>,
    pub ip_protocol: Option<&'a str>,
    pub ports: (Option<i32>, Option<i32>),
    pub source_group_name: Option<&'a str>,
    pub source_group_owner: Option<&'a str>,
}

impl Flat<'_> {
    /// The permissions of a request in either of its forms.
    pub(in crate::ec2) fn or(
        &self,
        given: Option<&[ec2::IpPermission]>,
    ) -> Result<Vec<ec2::IpPermission>, ApiError> {
        let given = given.unwrap_or_default();
        let member = self.members().into_iter().find(|(_, is_given)| *is_given);
        match (member, given.is_empty()) {
            (None, false) => Ok(given.to_vec()),
            (Some(_), true) => self.permissions(),
            (Some((name, _)), false) => Err(ApiError::client(
                "InvalidParameterCombination",
                format!("The parameter ipPermissions cannot be used with the parameter {name}"),
            )),
            (None, true) => Err(ApiError::client(
                "MissingParameter",
                "Either 'ipPermissions' should be provided or 'cidrIp' with 'ipProtocol'.",
            )),
        }
    }

    /// Whether a request has this form.
    pub(in crate::ec2) fn is_given(&self) -> bool {
        self.members().iter().any(|(_, is_given)| *is_given)
    }

    /// COMPAT: egress rules have no such form: "Not supported. Use IP permissions instead"
    /// (`AuthorizeSecurityGroupEgress`).
    pub(in crate::ec2) fn refuse(&self) -> Result<(), ApiError> {
        refuse_given(&self.members(), |message| {
            unsupported(format!("{message}; say it in `IpPermissions`"))
        })
    }

    fn members(&self) -> [(&'static str, bool); 6] {
        [
            ("CidrIp", self.cidr_ip.is_some()),
            ("IpProtocol", self.ip_protocol.is_some()),
            ("FromPort", self.ports.0.is_some()),
            ("ToPort", self.ports.1.is_some()),
            ("SourceSecurityGroupName", self.source_group_name.is_some()),
            ("SourceSecurityGroupOwnerId", self.source_group_owner.is_some()),
        ]
    }

    fn permissions(&self) -> Result<Vec<ec2::IpPermission>, ApiError> {
        if self.source_group_name.is_some() || self.source_group_owner.is_some() {
            return self.of_group();
        }
        let cidr = self.cidr_ip.map(str::to_owned);
        let range = ec2::IpRange { cidr_ip: cidr, ..ec2::IpRange::default() };
        Ok(vec![ec2::IpPermission {
            ip_protocol: self.ip_protocol.map(str::to_owned),
            from_port: self.ports.0,
            to_port: self.ports.1,
            ip_ranges: Some(vec![range]),
            ..ec2::IpPermission::default()
        }])
    }

    /// COMPAT: a source group by name "grants full ICMP, UDP, and TCP access", and goes with
    /// neither a range nor ports (`AuthorizeSecurityGroupIngress`, `RevokeSecurityGroupIngress`).
    fn of_group(&self) -> Result<Vec<ec2::IpPermission>, ApiError> {
        let narrower = &self.members()[..4];
        if let Some((name, _)) = narrower.iter().find(|(_, is_given)| *is_given) {
            return Err(ApiError::client(
                "InvalidParameterCombination",
                format!("The parameter sourceSecurityGroupName cannot be used with {name}"),
            ));
        }
        let name = self.source_group_name.ok_or_else(|| {
            invalid("SourceSecurityGroupOwnerId needs a SourceSecurityGroupName beside it")
        })?;
        let permission = |(protocol, from, to): (&str, i32, i32)| ec2::IpPermission {
            ip_protocol: Some(protocol.to_owned()),
            from_port: Some(from),
            to_port: Some(to),
            user_id_group_pairs: Some(vec![ec2::UserIdGroupPair {
                user_id: self.source_group_owner.map(str::to_owned),
                group_name: Some(name.to_owned()),
                ..ec2::UserIdGroupPair::default()
            }]),
            ..ec2::IpPermission::default()
        };
        let full = [("icmp", -1, -1), ("tcp", 0, 65_535), ("udp", 0, 65_535)];
        Ok(full.map(permission).to_vec())
    }
}
