//! `CreateDeploymentGroup`: which service is deployed to, and how.

use aws_api::codedeploy::{
    CreateDeploymentGroupInput, CreateDeploymentGroupOutput, OutdatedInstancesStrategy, errors,
};
use model::CodeDeployGroup;
use wire::ApiError;

use super::group::{self, Given, is_filled};
use super::{find, new_id};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateDeploymentGroupInput,
) -> Result<CreateDeploymentGroupOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &CreateDeploymentGroupInput,
) -> Result<CreateDeploymentGroupOutput, ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope().clone());
    let (application, name) = (&input.application_name, &input.deployment_group_name);
    let of = find::application(snapshot, &scope, application)?;
    turn.plan.read(of);
    if snapshot.code_deploy_groups.get(&scope, &format!("{application}/{name}")).is_some() {
        return Err(errors::deployment_group_already_exists_exception(format!(
            "Deployment Group already exists: {name}"
        )));
    }
    let given = Given {
        config: input.deployment_config_name.as_ref(),
        role: Some(&input.service_role_arn),
        style: input.deployment_style.as_ref(),
        blue_green: input.blue_green_deployment_configuration.as_ref(),
        load_balancer: input.load_balancer_info.as_ref(),
        services: input.ecs_services.as_ref(),
        alarms: input.alarm_configuration.as_ref(),
        auto_rollback: input.auto_rollback_configuration.as_ref(),
        others: &[
            ("ec2TagFilters", is_filled(input.ec2_tag_filters.as_ref())),
            (
                "onPremisesInstanceTagFilters",
                is_filled(input.on_premises_instance_tag_filters.as_ref()),
            ),
            ("autoScalingGroups", is_filled(input.auto_scaling_groups.as_ref())),
            ("triggerConfigurations", is_filled(input.trigger_configurations.as_ref())),
            (
                "outdatedInstancesStrategy",
                input.outdated_instances_strategy == Some(OutdatedInstancesStrategy::Ignore),
            ),
            ("ec2TagSet", input.ec2_tag_set.is_some()),
            ("onPremisesTagSet", input.on_premises_tag_set.is_some()),
            ("tags", is_filled(input.tags.as_ref())),
            ("ec2DeploymentOptions", input.ec2_deployment_options.is_some()),
            ("terminationHookEnabled", input.termination_hook_enabled.unwrap_or(false)),
        ],
    };
    let (service, settings) = group::parse((snapshot, &scope), &given, None)?;
    let made = CodeDeployGroup {
        scope,
        application: application.clone(),
        name: name.clone(),
        id: new_id(&mut turn.rng),
        service,
        settings,
        created_at: turn.now(),
    };
    let id = Some(made.id.clone());
    turn.plan.insert(made);
    Ok(CreateDeploymentGroupOutput { deployment_group_id: id })
}
