//! The managed policies that every account finds ready, by ARN.
//!
//! The documents are files of their own under `managed/`. They grant what AWS documents that the
//! policies of these names grant, of the services that a task or a pipeline is likely to use.
//
// COMPAT: names and paths are those of the "AWS Managed Policy Reference Guide". A document here
// is in its first version, whatever number AWS's has come to.

/// What the ARNs of these policies have in front of the path.
const ARN_PREFIX: &str = "arn:aws:iam::aws:policy";

/// A policy that belongs to no account. Nobody can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Managed {
    pub name: &'static str,
    /// Begins and ends with `/`. Below `/aws-service-role/` it is for service-linked roles alone.
    pub path: &'static str,
    /// `ANPA` and seventeen letters and digits.
    pub id: &'static str,
    pub description: &'static str,
    pub document: &'static str,
}

/// Whether an ARN is one of a policy that belongs to no account, be there such a policy or not.
pub fn is_managed(arn: &str) -> bool {
    arn.strip_prefix(ARN_PREFIX).is_some_and(|rest| rest.starts_with('/'))
}

/// The policy of an ARN.
pub fn managed(arn: &str) -> Option<&'static Managed> {
    let named = arn.strip_prefix(ARN_PREFIX)?;
    MANAGED.iter().find(|one| named.strip_prefix(one.path) == Some(one.name))
}

/// All of them, by name without regard to case.
pub fn managed_policies() -> &'static [Managed] {
    &MANAGED
}

impl Managed {
    pub fn arn(&self) -> String {
        format!("{ARN_PREFIX}{}{}", self.path, self.name)
    }
}

macro_rules! managed {
    ($name:literal, $path:literal, $id:literal, $description:literal) => {
        Managed {
            name: $name,
            path: $path,
            id: $id,
            description: $description,
            document: include_str!(concat!("../managed/", $name, ".json")),
        }
    };
}

static MANAGED: [Managed; 34] = [
    managed!("AdministratorAccess", "/", "ANPA4TMRIOSKV6RCCJ4WK", "Lets its holder do everything."),
    managed!(
        "AmazonDynamoDBFullAccess",
        "/",
        "ANPATSRBWW242ZZZFKHSG",
        "Lets its holder do everything with all tables."
    ),
    managed!(
        "AmazonDynamoDBReadOnlyAccess",
        "/",
        "ANPA2TOPAGWDZCLRZ23RT",
        "Lets its holder read all tables."
    ),
    managed!(
        "AmazonEC2ContainerServiceAutoscaleRole",
        "/service-role/",
        "ANPAZ6NBOAF6SX3GDNDHB",
        "Lets scaling change the desired counts of ECS services."
    ),
    managed!(
        "AmazonEC2ContainerServiceforEC2Role",
        "/service-role/",
        "ANPALXMQDMQ4CY6D2XNJB",
        "Lets a container instance register with ECS, pull images and write logs."
    ),
    managed!(
        "AmazonEC2ContainerServiceRole",
        "/service-role/",
        "ANPANLT6BXHFKRXONNZGW",
        "Lets ECS register the tasks of services with load balancers."
    ),
    managed!(
        "AmazonEC2ReadOnlyAccess",
        "/",
        "ANPA6JU6E4HIS4RTPUNN6",
        "Lets its holder see everything in EC2."
    ),
    managed!(
        "AmazonECS_FullAccess",
        "/",
        "ANPAJDWFEV2HPI2P5ZFVV",
        "Lets its holder administer ECS and what ECS services are made of."
    ),
    managed!(
        "AmazonECSInfrastructureRolePolicyForLoadBalancers",
        "/",
        "ANPAZ3YWAIOSQATPHDWOO",
        "Lets ECS change listeners, rules and targets while it deploys."
    ),
    managed!(
        "AmazonECSServiceRolePolicy",
        "/aws-service-role/",
        "ANPAFA3ZN6MMAKUGRWO2L",
        "Lets ECS keep services in their networks and behind their load balancers."
    ),
    managed!(
        "AmazonECSTaskExecutionRolePolicy",
        "/service-role/",
        "ANPAWOF3YUUGT6RPGZHVF",
        "Lets ECS pull a task's images and write its logs."
    ),
    managed!(
        "AmazonS3FullAccess",
        "/",
        "ANPADFS4ITTNTOQZR6BRQ",
        "Lets its holder do everything with all buckets."
    ),
    managed!(
        "AmazonS3ReadOnlyAccess",
        "/",
        "ANPAPJT4FRB3EKZTKBJYD",
        "Lets its holder read all buckets."
    ),
    managed!(
        "AmazonSSMFullAccess",
        "/",
        "ANPAIS3FS6AODIAMVLZAF",
        "Lets its holder do everything with all parameters."
    ),
    managed!(
        "AmazonSSMManagedInstanceCore",
        "/",
        "ANPANYIIBXLCJOXIAQ3LS",
        "Lets an instance or a task be managed by Systems Manager."
    ),
    managed!(
        "AmazonSSMReadOnlyAccess",
        "/",
        "ANPAIRVQI54DECQLUGY3C",
        "Lets its holder read all parameters."
    ),
    managed!(
        "AmazonVPCFullAccess",
        "/",
        "ANPAHOFZE3QDTDXJ6CJN7",
        "Lets its holder do everything with all networks."
    ),
    managed!(
        "AmazonVPCReadOnlyAccess",
        "/",
        "ANPAEPYU5LJOMMM2G7H7Q",
        "Lets its holder see all networks."
    ),
    managed!(
        "AWSApplicationAutoscalingECSServicePolicy",
        "/aws-service-role/",
        "ANPA734JJXNBXQY4V6WVE",
        "Lets Application Auto Scaling change the desired counts of ECS services."
    ),
    managed!(
        "AWSCodeDeployRoleForECS",
        "/",
        "ANPATMNYA2JVKOHWVEVAF",
        "Lets CodeDeploy bring ECS services to new revisions."
    ),
    managed!(
        "AWSCodeDeployRoleForECSLimited",
        "/",
        "ANPAMOYE5LOENLYB5A3UP",
        "Lets CodeDeploy deploy to ECS, with what is named as CodeDeploy's."
    ),
    managed!(
        "AWSElasticLoadBalancingServiceRolePolicy",
        "/aws-service-role/",
        "ANPA5VIPQLNC3HF3FMFI4",
        "Lets load balancers have their interfaces and addresses."
    ),
    managed!(
        "CloudWatchFullAccess",
        "/",
        "ANPAY54SN3NNDXE76U3F6",
        "Lets its holder do everything with all metrics, alarms and logs."
    ),
    managed!(
        "CloudWatchLogsFullAccess",
        "/",
        "ANPAY6WTU2OOVCGRWB6M4",
        "Lets its holder do everything with all logs."
    ),
    managed!(
        "CloudWatchLogsReadOnlyAccess",
        "/",
        "ANPAAOUA2AYBIY25NV6SE",
        "Lets its holder read all logs."
    ),
    managed!(
        "CloudWatchReadOnlyAccess",
        "/",
        "ANPA6Y2Q2CS3X5T55AMN5",
        "Lets its holder read all metrics, alarms and logs."
    ),
    managed!(
        "ElasticLoadBalancingFullAccess",
        "/",
        "ANPAPZFQCYIHNXDFC2K5C",
        "Lets its holder do everything with all load balancers."
    ),
    managed!(
        "ElasticLoadBalancingReadOnly",
        "/",
        "ANPAN3Z2NX2WDHOYT7KGH",
        "Lets its holder see all load balancers."
    ),
    managed!(
        "IAMFullAccess",
        "/",
        "ANPAXBZS4WBKJJ24OQSIY",
        "Lets its holder do everything in IAM."
    ),
    managed!("IAMReadOnlyAccess", "/", "ANPA5RQXTXQIKTDVBSTOY", "Lets its holder see all of IAM."),
    managed!(
        "PowerUserAccess",
        "/",
        "ANPATS2IF6OG3CBGEOHO2",
        "Lets its holder do everything but manage users, groups and accounts."
    ),
    managed!("ReadOnlyAccess", "/", "ANPAMO5RP4FWZH4X4HST4", "Lets its holder read everything."),
    managed!(
        "SecretsManagerReadWrite",
        "/",
        "ANPAMMVR5FLJSFJ2EEQFZ",
        "Lets its holder read and change all secrets, and choose their keys and rotation functions."
    ),
    managed!(
        "ViewOnlyAccess",
        "/job-function/",
        "ANPAXCWAO37S4TZKC6JLM",
        "Lets its holder see what there is, and not what is in it."
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::document::{Policy, PolicyKind};

    #[test]
    fn every_managed_policy_is_one_and_is_found_by_its_arn() {
        let mut ids = BTreeSet::new();
        let mut names = Vec::new();
        for one in managed_policies() {
            let parsed = Policy::parse(one.document, PolicyKind::Identity);
            assert!(parsed.is_ok(), "{}: {parsed:?}", one.name);
            let size = one.document.chars().filter(|letter| !letter.is_whitespace()).count();
            assert!(size <= 6144, "{}: {size}", one.name);
            assert_eq!(managed(&one.arn()), Some(one));
            assert!(is_managed(&one.arn()));
            assert!(one.id.starts_with("ANPA") && one.id.len() == 21, "{}", one.id);
            assert!(ids.insert(one.id), "{} has the id of another", one.name);
            names.push(one.name.to_ascii_lowercase());
        }
        assert!(names.is_sorted());
    }

    #[test]
    fn what_is_no_managed_policy_is_not_found() {
        for arn in [
            "arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy",
            "arn:aws:iam::aws:policy/None",
            "arn:aws:iam::000000000000:policy/AdministratorAccess",
            "AdministratorAccess",
        ] {
            assert_eq!(managed(arn), None, "{arn}");
        }
        assert!(!is_managed("arn:aws:iam::000000000000:policy/AdministratorAccess"));
    }
}
