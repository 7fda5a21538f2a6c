//! `blueGreenDeploymentConfiguration`: how long a deployment waits for somebody before traffic
//! moves, and how long the old tasks are kept after it.

use aws_api::codedeploy::{self, errors};
use wire::ApiError;

/// LIMIT: AWS's, two days.
const WAIT_MINUTES_MAX: i32 = 2_880;

/// The two waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waits {
    pub(super) ready_mins: Option<u32>,
    pub(super) termination_mins: u32,
}

pub(super) fn parse(
    given: &codedeploy::BlueGreenDeploymentConfiguration,
    known: Option<Waits>,
) -> Result<Waits, ApiError> {
    if given.green_fleet_provisioning_option.is_some() {
        return Err(invalid(
            "greenFleetProvisioningOption cannot be given for the ECS compute platform.",
        ));
    }
    let known = known.unwrap_or(Waits { ready_mins: None, termination_mins: 0 });
    let ready = given.deployment_ready_option.as_ref().map(ready).transpose()?;
    let termination = given.terminate_blue_instances_on_deployment_success.as_ref();
    let termination = termination.map(termination_of).transpose()?;
    Ok(Waits {
        ready_mins: ready.unwrap_or(known.ready_mins),
        termination_mins: termination.unwrap_or(known.termination_mins),
    })
}

/// COMPAT: the CLI's `ecs deploy` needs both waits.
pub(super) fn render(waits: Waits) -> codedeploy::BlueGreenDeploymentConfiguration {
    let termination = codedeploy::BlueInstanceTerminationOption {
        action: Some(codedeploy::InstanceAction::Terminate),
        termination_wait_time_in_minutes: Some(waits.termination_mins as i32),
    };
    let ready = codedeploy::DeploymentReadyOption {
        action_on_timeout: Some(match waits.ready_mins {
            Some(_) => codedeploy::DeploymentReadyAction::StopDeployment,
            None => codedeploy::DeploymentReadyAction::ContinueDeployment,
        }),
        wait_time_in_minutes: Some(waits.ready_mins.unwrap_or(0) as i32),
    };
    codedeploy::BlueGreenDeploymentConfiguration {
        terminate_blue_instances_on_deployment_success: Some(termination),
        deployment_ready_option: Some(ready),
        green_fleet_provisioning_option: None,
    }
}

fn ready(given: &codedeploy::DeploymentReadyOption) -> Result<Option<u32>, ApiError> {
    let minutes = within("waitTimeInMinutes", given.wait_time_in_minutes.unwrap_or(0))?;
    match (given.action_on_timeout, minutes) {
        (Some(codedeploy::DeploymentReadyAction::StopDeployment), 1..) => Ok(Some(minutes)),
        (Some(codedeploy::DeploymentReadyAction::StopDeployment), 0) => {
            Err(invalid("waitTimeInMinutes is required where actionOnTimeout is STOP_DEPLOYMENT."))
        }
        (None | Some(codedeploy::DeploymentReadyAction::ContinueDeployment), 0) => Ok(None),
        // COMPAT: the wait "applies only to the STOP_DEPLOYMENT option".
        (None | Some(codedeploy::DeploymentReadyAction::ContinueDeployment), 1..) => {
            Err(invalid("waitTimeInMinutes applies only to actionOnTimeout STOP_DEPLOYMENT."))
        }
    }
}

fn termination_of(given: &codedeploy::BlueInstanceTerminationOption) -> Result<u32, ApiError> {
    match given.action {
        None | Some(codedeploy::InstanceAction::Terminate) => {}
        Some(codedeploy::InstanceAction::KeepAlive) => {
            return Err(invalid("KEEP_ALIVE cannot be used with the ECS compute platform."));
        }
    }
    within("terminationWaitTimeInMinutes", given.termination_wait_time_in_minutes.unwrap_or(0))
}

fn within(name: &str, minutes: i32) -> Result<u32, ApiError> {
    match minutes {
        0..=WAIT_MINUTES_MAX => Ok(minutes as u32),
        _ => Err(invalid(&format!("{name} must be between 0 and {WAIT_MINUTES_MAX}."))),
    }
}

fn invalid(message: &str) -> ApiError {
    errors::invalid_blue_green_deployment_configuration_exception(message)
}
