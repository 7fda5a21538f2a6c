//! Service-linked roles: one for each of the services that have one here.
//
// COMPAT: "Using service-linked roles for Amazon ECS" and the same pages of Elastic Load Balancing
// and Application Auto Scaling.

use aws_api::iam::errors;
use model::IamPolicies;
use serde_json::json;
use vault::Vault;
use wire::ApiError;

use super::role;
use crate::paging::{hex, unhex};

/// What tokens of deletion tasks are sealed for.
const TASK_PURPOSE: &str = "service-linked-role-deletion";

#[derive(Debug)]
pub(super) struct ServiceLinked {
    pub(super) service: &'static str,
    pub(super) role_name: &'static str,
    policy: &'static str,
}

static SERVICES: [ServiceLinked; 3] = [
    ServiceLinked {
        service: "ecs.amazonaws.com",
        role_name: "AWSServiceRoleForECS",
        policy: "AmazonECSServiceRolePolicy",
    },
    ServiceLinked {
        service: "elasticloadbalancing.amazonaws.com",
        role_name: "AWSServiceRoleForElasticLoadBalancing",
        policy: "AWSElasticLoadBalancingServiceRolePolicy",
    },
    ServiceLinked {
        service: "ecs.application-autoscaling.amazonaws.com",
        role_name: "AWSServiceRoleForApplicationAutoScaling_ECSService",
        policy: "AWSApplicationAutoscalingECSServicePolicy",
    },
];

pub(super) fn find(service: &str) -> Result<&'static ServiceLinked, ApiError> {
    SERVICES.iter().find(|one| one.service == service).ok_or_else(|| {
        errors::invalid_input_exception(format!(
            "A service-linked role of {service} is not supported by Longshore yet"
        ))
    })
}

impl ServiceLinked {
    pub(super) fn path(&self) -> String {
        format!("{}{}/", role::SERVICE_LINKED_PATH, self.service)
    }

    pub(super) fn description(&self) -> String {
        format!("Role to enable {} to manage what it needs.", self.service)
    }

    pub(super) fn trust_policy(&self) -> String {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": self.service },
                "Action": "sts:AssumeRole",
            }],
        })
        .to_string()
    }

    pub(super) fn policies(&self) -> IamPolicies {
        let arn = format!("arn:aws:iam::aws:policy/aws-service-role/{}", self.policy);
        IamPolicies { attached: [arn].into(), ..IamPolicies::default() }
    }
}

/// The id of the task that deleted a role. It holds what it is of, sealed, so that no record is
/// needed to know it again, and nobody can make one up.
pub(super) fn deletion_task(
    vault: &Vault,
    account: &str,
    (service, role_name): (&str, &str),
) -> String {
    let named = format!("task/aws-service-role/{service}/{role_name}");
    let token = vault.seal_token(format!("{account}/{named}").as_bytes(), TASK_PURPOSE);
    format!("{named}/{}", hex(token.as_bytes()))
}

pub(super) fn is_deletion_task(vault: &Vault, account: &str, task: &str) -> bool {
    let Some((named, token)) = task.rsplit_once('/') else { return false };
    let token = unhex(token);
    let opened = token.and_then(|token| vault.open_token(&token, TASK_PURPOSE).ok());
    opened.is_some_and(|content| *content == format!("{account}/{named}").as_bytes())
}

#[cfg(test)]
mod tests {
    use vault::MasterKeys;

    use super::*;

    #[test]
    fn every_service_has_its_policy_and_a_trust_policy() {
        for one in &SERVICES {
            assert!(one.policies().attached.iter().all(|arn| ::iam::managed(arn).is_some()));
            let trust = ::iam::Policy::parse(&one.trust_policy(), ::iam::PolicyKind::Trust);
            assert!(trust.is_ok(), "{trust:?}");
            assert!(one.role_name.len() <= 64);
        }
    }

    #[test]
    fn a_task_is_known_to_its_account_alone() {
        let vault = Vault::new(MasterKeys::random());
        let task = deletion_task(&vault, "1", ("ecs.amazonaws.com", "AWSServiceRoleForECS"));
        assert!(task.starts_with("task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/"));
        assert!(task.len() <= 1000, "{}", task.len());
        assert!(is_deletion_task(&vault, "1", &task));
        assert!(!is_deletion_task(&vault, "2", &task));
        assert!(!is_deletion_task(&vault, "1", &task.replace("ForECS", "ForEC")));
        assert!(!is_deletion_task(&vault, "1", "task"));
    }
}
