//! Deployment groups, read and shown.

use aws_api::codedeploy::{self, errors};
use model::{
    AutoRollback, CodeDeployAlarms, CodeDeployGroup, CodeDeploySettings, DeploymentController,
    Scope, ServiceKey, Snapshot,
};
use wire::ApiError;

use super::blue_green::{self, Waits};
use super::{config, deployment, find, target_group_pair, unsupported, watching};
use crate::ecs::replacement;
use crate::refuse::{self, refuse_given};

/// What a request to make or change a group gives.
#[derive(Debug)]
pub(super) struct Given<'a> {
    pub(super) config: Option<&'a String>,
    pub(super) role: Option<&'a String>,
    pub(super) style: Option<&'a codedeploy::DeploymentStyle>,
    pub(super) blue_green: Option<&'a codedeploy::BlueGreenDeploymentConfiguration>,
    pub(super) load_balancer: Option<&'a codedeploy::LoadBalancerInfo>,
    pub(super) services: Option<&'a Vec<codedeploy::ECSService>>,
    pub(super) alarms: Option<&'a codedeploy::AlarmConfiguration>,
    pub(super) auto_rollback: Option<&'a codedeploy::AutoRollbackConfiguration>,
    /// Fields of other compute platforms, and whether each asks for anything.
    pub(super) others: &'a [refuse::Given<'a>],
}

/// What it comes to, over what there is.
pub(super) fn parse(
    (snapshot, scope): (&Snapshot, &Scope),
    given: &Given<'_>,
    known: Option<&CodeDeployGroup>,
) -> Result<(ServiceKey, CodeDeploySettings), ApiError> {
    refuse_given(given.others, unsupported)?;
    check_style(given.style, known)?;
    let of = known.map(|known| &known.settings);
    let config = match (given.config, of) {
        (Some(named), _) => config::find(snapshot, scope, named)?.name,
        (None, Some(of)) => of.config.clone(),
        (None, None) => config::DEFAULT.to_owned(),
    };
    let role = given.role.filter(|role| !role.is_empty()).or(of.map(|of| &of.service_role_arn));
    let role =
        role.ok_or_else(|| errors::role_required_exception("The service role is required."))?;
    let target_groups = match (given.load_balancer, of) {
        (Some(given), _) => target_group_pair::parse((snapshot, scope), given)?,
        (None, Some(of)) => of.target_groups.clone(),
        (None, None) => {
            return Err(errors::invalid_load_balancer_info_exception(
                "loadBalancerInfo is required for the ECS compute platform.",
            ));
        }
    };
    let waits = waits(given.blue_green, of)?;
    let rollback = given.auto_rollback.map(watching::parse_rollback).transpose()?;
    let alarms = given.alarms.map(watching::parse_alarms).transpose()?;
    let settings = CodeDeploySettings {
        config,
        service_role_arn: role.clone(),
        target_groups,
        ready_wait_mins: waits.ready_mins,
        termination_wait_mins: waits.termination_mins,
        auto_rollback: rollback
            .or_else(|| of.map(|of| of.auto_rollback.clone()))
            .unwrap_or_else(AutoRollback::default),
        alarms: alarms
            .or_else(|| of.map(|of| of.alarms.clone()))
            .unwrap_or_else(CodeDeployAlarms::default),
    };
    Ok((service((snapshot, scope), given, known)?, settings))
}

pub(super) fn render(
    snapshot: &Snapshot,
    group: &CodeDeployGroup,
) -> codedeploy::DeploymentGroupInfo {
    let settings = &group.settings;
    let mut known: Vec<find::Found<'_>> = find::deployments(snapshot, &group.scope)
        .filter(|found| deployment::is_of(found.deployment, group))
        .collect();
    known.sort_by_key(|found| deployment::page_key(found.deployment));
    let last = |wanted: fn(codedeploy::DeploymentStatus) -> bool| {
        let mut newest = known.iter().rev();
        newest.find(|found| wanted(deployment::status(found.native))).map(last_info)
    };
    codedeploy::DeploymentGroupInfo {
        application_name: Some(group.application.clone()),
        deployment_group_id: Some(group.id.clone()),
        deployment_group_name: Some(group.name.clone()),
        deployment_config_name: Some(settings.config.clone()),
        ec2_tag_filters: Some(Vec::new()),
        on_premises_instance_tag_filters: Some(Vec::new()),
        auto_scaling_groups: Some(Vec::new()),
        service_role_arn: Some(settings.service_role_arn.clone()),
        target_revision: known.last().map(|found| deployment::revision(found.deployment)),
        trigger_configurations: Some(Vec::new()),
        alarm_configuration: Some(watching::render_alarms(&settings.alarms)),
        auto_rollback_configuration: Some(watching::render_rollback(&settings.auto_rollback)),
        deployment_style: Some(style()),
        outdated_instances_strategy: Some(codedeploy::OutdatedInstancesStrategy::Update),
        blue_green_deployment_configuration: Some(blue_green::render(waits_of(settings))),
        load_balancer_info: Some(target_group_pair::render(&settings.target_groups)),
        last_successful_deployment: last(|status| {
            status == codedeploy::DeploymentStatus::Succeeded
        }),
        last_attempted_deployment: last(|_| true),
        compute_platform: Some(codedeploy::ComputePlatform::Ecs),
        ecs_services: Some(vec![codedeploy::ECSService {
            service_name: Some(group.service.name.clone()),
            cluster_name: Some(group.service.cluster.clone()),
        }]),
        termination_hook_enabled: Some(false),
        ..codedeploy::DeploymentGroupInfo::default()
    }
}

pub(super) fn style() -> codedeploy::DeploymentStyle {
    codedeploy::DeploymentStyle {
        deployment_type: Some(codedeploy::DeploymentType::BlueGreen),
        deployment_option: Some(codedeploy::DeploymentOption::WithTrafficControl),
    }
}

pub(super) fn waits_of(settings: &CodeDeploySettings) -> Waits {
    Waits { ready_mins: settings.ready_wait_mins, termination_mins: settings.termination_wait_mins }
}

fn last_info(found: &find::Found<'_>) -> codedeploy::LastDeploymentInfo {
    codedeploy::LastDeploymentInfo {
        deployment_id: Some(found.deployment.id.clone()),
        status: Some(deployment::status(found.native)),
        end_time: found.native.finished_at,
        create_time: Some(found.deployment.created_at),
    }
}

fn check_style(
    given: Option<&codedeploy::DeploymentStyle>,
    known: Option<&CodeDeployGroup>,
) -> Result<(), ApiError> {
    match given {
        None if known.is_some() => Ok(()),
        Some(given) if *given == style() => Ok(()),
        None | Some(_) => Err(errors::invalid_deployment_style_exception(
            "For the ECS compute platform, deploymentType must be BLUE_GREEN and \
             deploymentOption WITH_TRAFFIC_CONTROL.",
        )),
    }
}

fn waits(
    given: Option<&codedeploy::BlueGreenDeploymentConfiguration>,
    of: Option<&CodeDeploySettings>,
) -> Result<Waits, ApiError> {
    match (given, of.map(waits_of)) {
        (Some(given), known) => blue_green::parse(given, known),
        (None, Some(known)) => Ok(known),
        (None, None) => Err(errors::invalid_blue_green_deployment_configuration_exception(
            "blueGreenDeploymentConfiguration is required for the ECS compute platform.",
        )),
    }
}

/// The one service of the group, which no other group may have.
fn service(
    (snapshot, scope): (&Snapshot, &Scope),
    given: &Given<'_>,
    known: Option<&CodeDeployGroup>,
) -> Result<ServiceKey, ApiError> {
    let invalid = |message: String| errors::invalid_ecs_service_exception(message);
    let named = match (given.services.map(Vec::as_slice), known) {
        (None | Some([]), Some(known)) => return Ok(known.service.clone()),
        (Some([named]), _) => named,
        (None | Some(_), _) => {
            return Err(invalid("Exactly one ECS service must be specified.".to_owned()));
        }
    };
    let name = named.service_name.as_deref().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| invalid("serviceName can not be blank.".to_owned()))?;
    let found = replacement::find(snapshot, scope, (named.cluster_name.as_deref(), name));
    let found = found.map_err(|refusal| invalid(refusal.message))?;
    match found.controller {
        DeploymentController::CodeDeploy => {}
        DeploymentController::Ecs | DeploymentController::External => {
            return Err(invalid(
                "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment \
                 controller."
                    .to_owned(),
            ));
        }
    }
    let mut others = snapshot.code_deploy_groups.list(scope);
    let is_same = |group: &CodeDeployGroup| {
        known.is_some_and(|known| {
            (&known.application, &known.name) == (&group.application, &group.name)
        })
    };
    if let Some(other) = others.find(|group| group.service == found.key && !is_same(group)) {
        return Err(errors::ecs_service_mapping_limit_exceeded_exception(format!(
            "The ECS service {name} is already in the deployment group {}.",
            other.name
        )));
    }
    Ok(found.key.clone())
}

/// Whether a list was given that is not empty.
pub(super) fn is_filled<T>(list: Option<&Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}
