//! Deployment configurations: how production traffic is moved, by name.

use aws_api::codedeploy::{self, errors};
use model::{CodeDeployConfig, DeploymentStrategy, Scope, Snapshot};
use wire::ApiError;

pub(super) const DEFAULT: &str = "CodeDeployDefault.ECSAllAtOnce";

/// LIMIT: two days, as for the other waits.
const INTERVAL_MAX: i32 = 2_880;

/// COMPAT: "Predefined deployment configurations for an Amazon ECS compute platform"
/// (`CodeDeploy` User Guide).
const PREDEFINED: [(&str, DeploymentStrategy); 5] = [
    (DEFAULT, DeploymentStrategy::BlueGreen),
    ("CodeDeployDefault.ECSCanary10Percent15Minutes", canary(10, 15)),
    ("CodeDeployDefault.ECSCanary10Percent5Minutes", canary(10, 5)),
    ("CodeDeployDefault.ECSLinear10PercentEvery1Minutes", linear(10, 1)),
    ("CodeDeployDefault.ECSLinear10PercentEvery3Minutes", linear(10, 3)),
];

const fn canary(percent: u32, bake_mins: u32) -> DeploymentStrategy {
    DeploymentStrategy::Canary { permille: percent * 10, bake_mins }
}

const fn linear(percent: u32, step_bake_mins: u32) -> DeploymentStrategy {
    DeploymentStrategy::Linear { step_permille: percent * 10, step_bake_mins }
}

/// One of the caller's or of `CodeDeploy`'s own.
pub(super) fn find(
    snapshot: &Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<CodeDeployConfig, ApiError> {
    let known = snapshot.code_deploy_configs.get(scope, name).map(|entry| (*entry.record).clone());
    let known = known.or_else(|| predefined(scope).find(|config| config.name == name));
    known.ok_or_else(|| {
        errors::deployment_config_does_not_exist_exception(format!(
            "No Deployment Configuration found for name: {name}"
        ))
    })
}

/// The names of all, in order.
pub(super) fn names(snapshot: &Snapshot, scope: &Scope) -> Vec<String> {
    let own = snapshot.code_deploy_configs.list(scope).map(|config| config.name.clone());
    let mut names: Vec<String> = predefined(scope).map(|config| config.name).chain(own).collect();
    names.sort();
    names
}

pub(super) fn is_predefined(name: &str) -> bool {
    name.starts_with("CodeDeployDefault.")
}

fn predefined(scope: &Scope) -> impl Iterator<Item = CodeDeployConfig> {
    PREDEFINED.into_iter().enumerate().map(|(at, (name, strategy))| CodeDeployConfig {
        scope: scope.clone(),
        name: name.to_owned(),
        id: format!("00000000-0000-0000-0000-{:012}", at + 1),
        strategy,
        created_at: None,
    })
}

pub(super) fn parse(
    given: Option<&codedeploy::TrafficRoutingConfig>,
) -> Result<DeploymentStrategy, ApiError> {
    let invalid =
        |message: String| errors::invalid_traffic_routing_configuration_exception(message);
    let kind = given.and_then(|given| Some((given, given.r#type?)));
    let Some((given, kind)) = kind else {
        return Err(invalid("trafficRoutingConfig.type is required for ECS.".to_owned()));
    };
    let (of_canary, of_linear) =
        (given.time_based_canary.as_ref(), given.time_based_linear.as_ref());
    let is_canary = kind == codedeploy::TrafficRoutingType::TimeBasedCanary;
    let is_linear = kind == codedeploy::TrafficRoutingType::TimeBasedLinear;
    if (of_canary.is_some(), of_linear.is_some()) != (is_canary, is_linear) {
        return Err(invalid(format!(
            "trafficRoutingConfig of type {} must have its own settings and no other.",
            kind.as_str()
        )));
    }
    let checked = |percent: Option<i32>, minutes: Option<i32>| match (percent, minutes) {
        (Some(percent @ 1..=99), Some(minutes @ 0..=INTERVAL_MAX)) => {
            Ok((percent as u32, minutes as u32))
        }
        _ => Err(invalid(format!(
            "The percentage must be between 1 and 99, and the interval between 0 and \
             {INTERVAL_MAX} minutes."
        ))),
    };
    if let Some(given) = of_canary {
        let (percent, minutes) = checked(given.canary_percentage, given.canary_interval)?;
        return Ok(canary(percent, minutes));
    }
    if let Some(given) = of_linear {
        let (percent, minutes) = checked(given.linear_percentage, given.linear_interval)?;
        return Ok(linear(percent, minutes));
    }
    Ok(DeploymentStrategy::BlueGreen)
}

pub(super) fn render(config: &CodeDeployConfig) -> codedeploy::DeploymentConfigInfo {
    codedeploy::DeploymentConfigInfo {
        deployment_config_id: Some(config.id.clone()),
        deployment_config_name: Some(config.name.clone()),
        create_time: config.created_at,
        compute_platform: Some(codedeploy::ComputePlatform::Ecs),
        traffic_routing_config: Some(render_routing(config.strategy)),
        ..codedeploy::DeploymentConfigInfo::default()
    }
}

fn render_routing(strategy: DeploymentStrategy) -> codedeploy::TrafficRoutingConfig {
    let (kind, canary, linear) = match strategy {
        DeploymentStrategy::Rolling | DeploymentStrategy::BlueGreen => {
            (codedeploy::TrafficRoutingType::AllAtOnce, None, None)
        }
        DeploymentStrategy::Canary { permille, bake_mins } => {
            let canary = codedeploy::TimeBasedCanary {
                canary_percentage: Some((permille / 10) as i32),
                canary_interval: Some(bake_mins as i32),
            };
            (codedeploy::TrafficRoutingType::TimeBasedCanary, Some(canary), None)
        }
        DeploymentStrategy::Linear { step_permille, step_bake_mins } => {
            let linear = codedeploy::TimeBasedLinear {
                linear_percentage: Some((step_permille / 10) as i32),
                linear_interval: Some(step_bake_mins as i32),
            };
            (codedeploy::TrafficRoutingType::TimeBasedLinear, None, Some(linear))
        }
    };
    codedeploy::TrafficRoutingConfig {
        r#type: Some(kind),
        time_based_canary: canary,
        time_based_linear: linear,
    }
}
