//! `CreateDeployment`: begins a deployment of the group's service, in one plan.

use aws_api::codedeploy::{
    self, AppSpecContent, CreateDeploymentInput, CreateDeploymentOutput, errors,
};
use model::{
    AdvancedConfiguration, AutoRollbackEvent, Cidr, CircuitBreaker, CodeDeployDeployment,
    CodeDeployGroup, CodeDeploySettings, DeploymentAlarms, DeploymentConfiguration, HookAction,
    HookTarget, LifecycleHook, LifecycleStage, Service, ServiceLoadBalancer,
};
use sha2::{Digest as _, Sha256};
use wire::ApiError;

use super::appspec::{self, AppSpec};
use super::target_group_pair::Listeners;
use super::{config, deployment, find, unsupported, watching};
use crate::ecs::replacement::{self, Replacement};
use crate::ecs::replacement_sets;
use crate::paging::hex;
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// COMPAT: "`CodeDeploy` expects a status callback within one hour".
const HOOK_TIMEOUT_MINUTES: u32 = 60;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateDeploymentInput,
) -> Result<CreateDeploymentOutput, ApiError> {
    refuse_what_is_not_honoured(&input)?;
    let content = content(input.revision.as_ref())?;
    let wanted =
        Wanted { input: &input, spec: appspec::parse(&content)?, content, vpc_cidr: api.vpc_cidr };
    api.transact(caller, |turn| decide(turn, &wanted)).await
}

/// A request, with what of it needs no state to be read.
struct Wanted<'a> {
    input: &'a CreateDeploymentInput,
    content: String,
    spec: AppSpec,
    vpc_cidr: Cidr,
}

fn decide(turn: &mut Turn<'_>, wanted: &Wanted<'_>) -> Result<CreateDeploymentOutput, ApiError> {
    let (input, scope) = (wanted.input, turn.scope().clone());
    let name = input.deployment_group_name.as_deref().ok_or_else(|| {
        errors::deployment_group_name_required_exception("The deployment group name is required.")
    })?;
    let group = find::group(turn.snapshot, &scope, (&input.application_name, name))?;
    turn.plan.read(group);
    check_none_active(turn, group)?;
    let settings = settings(turn, group, input)?;
    let strategy = config::find(turn.snapshot, &scope, &settings.config)?.strategy;
    let key = &group.service;
    let service = replacement::find(turn.snapshot, &scope, (Some(&key.cluster), &key.name));
    let service =
        service.map_err(|refusal| errors::invalid_ecs_service_exception(refusal.message))?;
    let id = format!("d-{}", turn.rng.alphanumeric(9).to_ascii_uppercase());
    let configuration = DeploymentConfiguration {
        strategy,
        ..configuration(service, &settings, (&wanted.spec, &id))
    };
    let replacement = Replacement {
        task_definition: &wanted.spec.task_definition,
        load_balancer: load_balancer(turn, service, (&settings, &wanted.spec))?,
        platform_version: wanted.spec.platform_version.as_deref(),
        network: wanted.spec.network.as_ref(),
        capacity_provider_strategy: wanted.spec.capacity_provider_strategy.as_deref(),
        vpc_cidr: wanted.vpc_cidr,
    };
    // What ECS refuses is the revision's fault.
    let begun = replacement::begin(turn, service, &replacement, configuration)
        .map_err(|refusal| errors::invalid_revision_exception(refusal.message))?;
    turn.plan.insert(CodeDeployDeployment {
        scope,
        id: id.clone(),
        application: group.application.clone(),
        group: group.name.clone(),
        service: group.service.clone(),
        service_deployment: begun.id,
        settings,
        sha256: hex(&Sha256::digest(&wanted.content)),
        content: wanted.content.clone(),
        description: input.description.clone(),
        created_at: turn.now(),
    });
    Ok(CreateDeploymentOutput { deployment_id: Some(id) })
}

/// The `AppSpec`, if its digest is the one that was given.
fn content(revision: Option<&codedeploy::RevisionLocation>) -> Result<String, ApiError> {
    let revision =
        revision.ok_or_else(|| errors::revision_required_exception("The revision is required."))?;
    match revision.revision_type {
        Some(codedeploy::RevisionLocationType::AppSpecContent) => {}
        None => return Err(errors::invalid_revision_exception("revisionType is required.")),
        Some(other) => {
            return Err(errors::invalid_revision_exception(format!(
                "`revisionType` {} is not supported by Longshore yet",
                other.as_str()
            )));
        }
    }
    refuse_given(
        &[
            ("revision.s3Location", revision.s3_location.is_some()),
            ("revision.gitHubLocation", revision.git_hub_location.is_some()),
            ("revision.string", revision.string.is_some()),
        ],
        errors::invalid_revision_exception,
    )?;
    let Some(AppSpecContent { content: Some(content), sha256 }) = &revision.app_spec_content else {
        return Err(errors::invalid_revision_exception("appSpecContent.content is required."));
    };
    let digest = hex(&Sha256::digest(content));
    match sha256 {
        Some(given) if !given.eq_ignore_ascii_case(&digest) => {
            Err(errors::invalid_revision_exception(
                "The SHA256 hash of the AppSpec is not the one that was given.",
            ))
        }
        Some(_) | None => Ok(content.clone()),
    }
}

/// COMPAT: a group has one deployment at a time; the words are `CodeDeploy`'s.
fn check_none_active(turn: &Turn<'_>, group: &CodeDeployGroup) -> Result<(), ApiError> {
    let mut known = find::deployments(turn.snapshot, &group.scope);
    let active = known.find(|found| {
        deployment::is_of(found.deployment, group) && !found.native.status.is_final()
    });
    match active {
        Some(active) => Err(errors::deployment_limit_exceeded_exception(format!(
            "The Deployment Group '{}' already has an active Deployment '{}'",
            group.name, active.deployment.id
        ))),
        None => Ok(()),
    }
}

/// The group's settings, and over them what the request says of this one deployment.
fn settings(
    turn: &Turn<'_>,
    group: &CodeDeployGroup,
    input: &CreateDeploymentInput,
) -> Result<CodeDeploySettings, ApiError> {
    let mut settings = group.settings.clone();
    if let Some(name) = &input.deployment_config_name {
        settings.config = config::find(turn.snapshot, &group.scope, name)?.name;
    }
    if let Some(given) = &input.auto_rollback_configuration {
        settings.auto_rollback = watching::parse_rollback(given)?;
    }
    if let Some(given) = &input.override_alarm_configuration {
        settings.alarms = watching::parse_alarms(given)?;
    }
    Ok(settings)
}

/// What the service's own deployment is to be like.
///
/// On AWS a replacement that does not come up fails after an hour. Here its tasks are counted
/// and it fails once they are too many, and goes back where the group says so.
fn configuration(
    service: &Service,
    settings: &CodeDeploySettings,
    (spec, id): (&AppSpec, &str),
) -> DeploymentConfiguration {
    let covers = |event| settings.auto_rollback.covers(event);
    let hook = |target: HookTarget, stage: LifecycleStage, timeout_mins: u32| LifecycleHook {
        target,
        stages: vec![stage],
        is_once: true,
        details: None,
        timeout_mins,
        timeout_action: HookAction::Rollback,
    };
    let told = spec.hooks.iter().map(|(stage, function)| {
        let target =
            HookTarget::CodeDeploy { function: function.clone(), deployment_id: id.to_owned() };
        hook(target, *stage, HOOK_TIMEOUT_MINUTES)
    });
    let ready = settings
        .ready_wait_mins
        .map(|minutes| hook(HookTarget::Pause, LifecycleStage::PostTestTrafficShift, minutes));
    DeploymentConfiguration {
        bake_time_mins: settings.termination_wait_mins,
        circuit_breaker: CircuitBreaker {
            is_enabled: true,
            is_rolling_back: covers(AutoRollbackEvent::Failure),
            ..CircuitBreaker::default()
        },
        alarms: DeploymentAlarms {
            names: settings.alarms.names.clone(),
            is_enabled: settings.alarms.is_enabled,
            is_rolling_back: covers(AutoRollbackEvent::StopOnAlarm),
        },
        lifecycle_hooks: told.chain(ready).collect(),
        ..service.deployment_configuration.clone()
    }
}

/// The pair of target groups, and the default rules of its listeners.
fn load_balancer(
    turn: &Turn<'_>,
    service: &Service,
    (settings, spec): (&CodeDeploySettings, &AppSpec),
) -> Result<ServiceLoadBalancer, ApiError> {
    let listeners = Listeners::of((turn.snapshot, turn.scope()), &settings.target_groups)?;
    let primary = replacement_sets::primary(turn.snapshot, service);
    if let Some(primary) = turn.snapshot.service_revision(&service.key, primary) {
        listeners.check_primary(&primary.target_group_arns)?;
    }
    let [first, second] = listeners.groups;
    Ok(ServiceLoadBalancer {
        target_group_arn: first.arn(),
        container_name: spec.container_name.clone(),
        container_port: spec.container_port,
        advanced: Some(AdvancedConfiguration {
            alternate_target_group_arn: second.arn(),
            production_listener_rule: listeners.production.default_rule_arn(),
            test_listener_rule: listeners.test.map(|test| test.default_rule_arn()),
            role_arn: settings.service_role_arn.clone(),
        }),
    })
}

fn refuse_what_is_not_honoured(input: &CreateDeploymentInput) -> Result<(), ApiError> {
    let is_given = |flag: Option<bool>| flag.unwrap_or(false);
    let overwrites = input.file_exists_behavior;
    let restarts = input.deployment_mode;
    refuse_given(
        &[
            ("ignoreApplicationStopFailures", is_given(input.ignore_application_stop_failures)),
            ("targetInstances", input.target_instances.is_some()),
            ("updateOutdatedInstancesOnly", is_given(input.update_outdated_instances_only)),
            (
                "fileExistsBehavior",
                overwrites.is_some_and(|it| it != codedeploy::FileExistsBehavior::Disallow),
            ),
            (
                "deploymentMode",
                restarts.is_some_and(|it| it != codedeploy::DeploymentMode::Standard),
            ),
            ("ec2DeploymentOptions", input.ec2_deployment_options.is_some()),
        ],
        unsupported,
    )
}
