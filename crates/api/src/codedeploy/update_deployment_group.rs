//! `UpdateDeploymentGroup`: what is given takes the place of what there is. Deployments that have
//! begun keep what they began with.

use aws_api::codedeploy::{
    OutdatedInstancesStrategy, UpdateDeploymentGroupInput, UpdateDeploymentGroupOutput, errors,
};
use model::CodeDeployGroup;
use wire::ApiError;

use super::find;
use super::group::{self, Given, is_filled};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateDeploymentGroupInput,
) -> Result<UpdateDeploymentGroupOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &UpdateDeploymentGroupInput,
) -> Result<UpdateDeploymentGroupOutput, ApiError> {
    let (snapshot, scope) = (turn.snapshot, turn.scope().clone());
    let named = (input.application_name.as_str(), input.current_deployment_group_name.as_str());
    let known = find::group(snapshot, &scope, named)?;
    let given = Given {
        config: input.deployment_config_name.as_ref(),
        role: input.service_role_arn.as_ref(),
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
            ("ec2DeploymentOptions", input.ec2_deployment_options.is_some()),
            ("terminationHookEnabled", input.termination_hook_enabled.unwrap_or(false)),
        ],
    };
    let (service, settings) = group::parse((snapshot, &scope), &given, Some(known))?;
    let mut next = CodeDeployGroup { service, settings, ..(*known.record).clone() };
    match input.new_deployment_group_name.as_ref().filter(|name| **name != known.name) {
        None => turn.plan.update(known, next),
        Some(name) => {
            let id = format!("{}/{name}", known.application);
            if snapshot.code_deploy_groups.get(&scope, &id).is_some() {
                return Err(errors::deployment_group_already_exists_exception(format!(
                    "Deployment Group already exists: {name}"
                )));
            }
            rename_deployments(turn, known, name);
            turn.plan.delete(known);
            next.name.clone_from(name);
            turn.plan.insert(next);
        }
    }
    Ok(UpdateDeploymentGroupOutput { hooks_not_cleaned_up: Some(Vec::new()) })
}

/// The deployments of a group stay its own under its new name.
fn rename_deployments(turn: &mut Turn<'_>, group: &CodeDeployGroup, name: &str) {
    let deployments = turn.snapshot.code_deploy_deployments.list(&group.scope);
    for deployment in deployments.filter(|one| super::deployment::is_of(one, group)) {
        let mut next = (*deployment.record).clone();
        name.clone_into(&mut next.group);
        turn.plan.update(deployment, next);
    }
}
