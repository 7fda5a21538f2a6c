//! `deploymentConfiguration`: what a service's deployments are to be like, read and shown.
//
// COMPAT: defaults and limits are those of "`DeploymentConfiguration`" and the structures in it
// (ECS API Reference).

use std::ops::RangeInclusive;

use aws_api::ecs::{self, errors};
use model::{
    CircuitBreaker, DeploymentAlarms, DeploymentConfiguration, DeploymentStrategy,
    FailureThreshold, ServiceLoadBalancer,
};
use wire::ApiError;

use super::lifecycle_hook;
use super::unsupported;
use crate::refuse::refuse_given;

/// LIMIT: the upper bound of a service's tasks, in percent of its desired count.
const MAXIMUM_PERCENT_MAX: i32 = 2_000;
/// LIMIT: AWS's, a day.
const BAKE_MINUTES_MAX: i32 = 1_440;
const STEP_PERMILLE_MIN: u32 = 30;
const STEP_PERMILLE_DEFAULT: u32 = 100;
const STEP_BAKE_MINUTES_DEFAULT: u32 = 6;
const CANARY_PERMILLE_DEFAULT: u32 = 50;
const CANARY_BAKE_MINUTES_DEFAULT: u32 = 10;

/// What a request gives, over what there is or the defaults of a REPLICA service.
pub(super) fn parse(
    given: Option<&ecs::DeploymentConfiguration>,
    known: Option<&DeploymentConfiguration>,
) -> Result<DeploymentConfiguration, ApiError> {
    let mut next = known.cloned().unwrap_or_else(|| DeploymentConfiguration::rolling(100, 200));
    if let Some(given) = given {
        change(&mut next, given)?;
    }
    // A rolling update needs room to replace a task.
    let is_rolling = next.strategy == DeploymentStrategy::Rolling;
    if is_rolling && (next.minimum_healthy_percent, next.maximum_percent) == (100, 100) {
        return Err(errors::invalid_parameter_exception(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block \
             deployments.",
        ));
    }
    if is_rolling && !next.lifecycle_hooks.is_empty() {
        return Err(unsupported(
            "`deploymentConfiguration.lifecycleHooks` with the strategy ROLLING is not supported \
             by Longshore yet"
                .to_owned(),
        ));
    }
    Ok(next)
}

/// Refuses load balancers that the strategy cannot move traffic with.
pub(super) fn check_load_balancers(
    configuration: &DeploymentConfiguration,
    load_balancers: &[ServiceLoadBalancer],
) -> Result<(), ApiError> {
    let strategy = configuration.strategy;
    match strategy {
        DeploymentStrategy::Rolling => return Ok(()),
        // Without a load balancer ECS moves no traffic, and all else is the same.
        DeploymentStrategy::BlueGreen => {}
        DeploymentStrategy::Linear { .. } | DeploymentStrategy::Canary { .. } => {
            if load_balancers.is_empty() {
                return Err(errors::invalid_parameter_exception(format!(
                    "The {} deployment strategy requires a load balancer to shift traffic with.",
                    strategy.as_str()
                )));
            }
        }
    }
    if load_balancers.iter().any(|one| one.advanced.is_none()) {
        return Err(errors::invalid_parameter_exception(
            "advancedConfiguration field is required for all loadBalancers when using a \
             non-ROLLING deployment strategy",
        ));
    }
    Ok(())
}

pub(super) fn render(configuration: &DeploymentConfiguration) -> ecs::DeploymentConfiguration {
    let (linear, canary) = match configuration.strategy {
        DeploymentStrategy::Rolling | DeploymentStrategy::BlueGreen => (None, None),
        DeploymentStrategy::Linear { step_permille, step_bake_mins } => {
            let linear = ecs::LinearConfiguration {
                step_percent: Some(to_percent(step_permille)),
                step_bake_time_in_minutes: Some(step_bake_mins as i32),
            };
            (Some(linear), None)
        }
        DeploymentStrategy::Canary { permille, bake_mins } => {
            let canary = ecs::CanaryConfiguration {
                canary_percent: Some(to_percent(permille)),
                canary_bake_time_in_minutes: Some(bake_mins as i32),
            };
            (None, Some(canary))
        }
    };
    let hooks = &configuration.lifecycle_hooks;
    let alarms = &configuration.alarms;
    ecs::DeploymentConfiguration {
        deployment_circuit_breaker: Some(render_breaker(&configuration.circuit_breaker)),
        maximum_percent: Some(configuration.maximum_percent as i32),
        minimum_healthy_percent: Some(configuration.minimum_healthy_percent as i32),
        alarms: (*alarms != DeploymentAlarms::default()).then(|| ecs::DeploymentAlarms {
            alarm_names: Some(alarms.names.clone()),
            rollback: Some(alarms.is_rolling_back),
            enable: Some(alarms.is_enabled),
        }),
        strategy: Some(render_strategy(configuration.strategy)),
        bake_time_in_minutes: Some(configuration.bake_time_mins as i32),
        lifecycle_hooks: (!hooks.is_empty())
            .then(|| hooks.iter().map(lifecycle_hook::render).collect()),
        linear_configuration: linear,
        canary_configuration: canary,
        early_success_criteria: None,
    }
}

/// What a share in permille is in percent.
pub(super) fn to_percent(permille: u32) -> f64 {
    f64::from(permille) / 10.0
}

fn change(
    next: &mut DeploymentConfiguration,
    given: &ecs::DeploymentConfiguration,
) -> Result<(), ApiError> {
    let early = given.early_success_criteria.as_ref();
    refuse_given(
        &[(
            "deploymentConfiguration.earlySuccessCriteria",
            early.is_some_and(|early| early.enable.unwrap_or(false)),
        )],
        unsupported,
    )?;
    if let Some(minimum) = given.minimum_healthy_percent {
        next.minimum_healthy_percent = within("minimumHealthyPercent", minimum, 0..=100)?;
    }
    if let Some(maximum) = given.maximum_percent {
        next.maximum_percent = within("maximumPercent", maximum, 100..=MAXIMUM_PERCENT_MAX)?;
    }
    if let Some(minutes) = given.bake_time_in_minutes {
        next.bake_time_mins = within("bakeTimeInMinutes", minutes, 0..=BAKE_MINUTES_MAX)?;
    }
    if let Some(breaker) = &given.deployment_circuit_breaker {
        next.circuit_breaker = breaker_of(breaker)?;
    }
    if let Some(alarms) = &given.alarms {
        next.alarms = alarms_of(alarms)?;
    }
    if let Some(hooks) = &given.lifecycle_hooks {
        next.lifecycle_hooks = lifecycle_hook::parse_all(hooks)?;
    }
    next.strategy = strategy(next.strategy, given)?;
    Ok(())
}

fn strategy(
    known: DeploymentStrategy,
    given: &ecs::DeploymentConfiguration,
) -> Result<DeploymentStrategy, ApiError> {
    let wanted = given.strategy.unwrap_or_else(|| render_strategy(known));
    let not_of = |field: &str, strategy: &str| {
        Err(errors::invalid_parameter_exception(format!(
            "{field} is only valid when the deployment strategy is {strategy}."
        )))
    };
    if given.linear_configuration.is_some() && wanted != ecs::DeploymentStrategy::Linear {
        return not_of("linearConfiguration", "LINEAR");
    }
    if given.canary_configuration.is_some() && wanted != ecs::DeploymentStrategy::Canary {
        return not_of("canaryConfiguration", "CANARY");
    }
    Ok(match (wanted, known) {
        (ecs::DeploymentStrategy::Rolling, _) => DeploymentStrategy::Rolling,
        (ecs::DeploymentStrategy::BlueGreen, _) => DeploymentStrategy::BlueGreen,
        (ecs::DeploymentStrategy::Linear, DeploymentStrategy::Linear { .. })
            if given.linear_configuration.is_none() =>
        {
            known
        }
        (ecs::DeploymentStrategy::Linear, _) => linear(given.linear_configuration.as_ref())?,
        (ecs::DeploymentStrategy::Canary, DeploymentStrategy::Canary { .. })
            if given.canary_configuration.is_none() =>
        {
            known
        }
        (ecs::DeploymentStrategy::Canary, _) => canary(given.canary_configuration.as_ref())?,
    })
}

fn linear(given: Option<&ecs::LinearConfiguration>) -> Result<DeploymentStrategy, ApiError> {
    let percent = given.and_then(|given| given.step_percent);
    let minutes = given.and_then(|given| given.step_bake_time_in_minutes);
    Ok(DeploymentStrategy::Linear {
        step_permille: percent.map_or(Ok(STEP_PERMILLE_DEFAULT), |percent| {
            permille("stepPercent", percent, STEP_PERMILLE_MIN)
        })?,
        step_bake_mins: minutes.map_or(Ok(STEP_BAKE_MINUTES_DEFAULT), |minutes| {
            within("stepBakeTimeInMinutes", minutes, 0..=BAKE_MINUTES_MAX)
        })?,
    })
}

fn canary(given: Option<&ecs::CanaryConfiguration>) -> Result<DeploymentStrategy, ApiError> {
    let percent = given.and_then(|given| given.canary_percent);
    let minutes = given.and_then(|given| given.canary_bake_time_in_minutes);
    Ok(DeploymentStrategy::Canary {
        permille: percent
            .map_or(Ok(CANARY_PERMILLE_DEFAULT), |percent| permille("canaryPercent", percent, 1))?,
        bake_mins: minutes.map_or(Ok(CANARY_BAKE_MINUTES_DEFAULT), |minutes| {
            within("canaryBakeTimeInMinutes", minutes, 0..=BAKE_MINUTES_MAX)
        })?,
    })
}

/// A share that is a multiple of 0.1 percent.
fn permille(name: &str, percent: f64, least: u32) -> Result<u32, ApiError> {
    let permille = percent * 10.0;
    let is_whole = (permille - permille.round()).abs() < 1e-6;
    let range = f64::from(least)..=1_000.0;
    if is_whole && range.contains(&permille.round()) {
        return Ok(permille.round() as u32);
    }
    Err(errors::invalid_parameter_exception(format!(
        "{name} must be a multiple of 0.1 between {:.1} and 100.0.",
        to_percent(least)
    )))
}

fn breaker_of(given: &ecs::DeploymentCircuitBreaker) -> Result<CircuitBreaker, ApiError> {
    let default = CircuitBreaker::default();
    Ok(CircuitBreaker {
        is_enabled: given.enable.unwrap_or(false),
        is_rolling_back: given.rollback.unwrap_or(false),
        is_reset_on_healthy_task: given.reset_on_healthy_task.unwrap_or(true),
        threshold: given
            .threshold_configuration
            .as_ref()
            .map_or(Ok(default.threshold), threshold)?,
    })
}

fn threshold(given: &ecs::ThresholdConfiguration) -> Result<FailureThreshold, ApiError> {
    let value = given.value.unwrap_or_default();
    let percent = || within("thresholdConfiguration.value", value, 1..=100);
    Ok(match given.r#type.unwrap_or(ecs::ThresholdType::BoundedPercent) {
        ecs::ThresholdType::Count => {
            FailureThreshold::Count(within("thresholdConfiguration.value", value, 1..=i32::MAX)?)
        }
        ecs::ThresholdType::BoundedPercent => FailureThreshold::BoundedPercent(percent()?),
        ecs::ThresholdType::UnboundedPercent => FailureThreshold::UnboundedPercent(percent()?),
    })
}

fn alarms_of(given: &ecs::DeploymentAlarms) -> Result<DeploymentAlarms, ApiError> {
    let names = given.alarm_names.clone().unwrap_or_default();
    let is_enabled = given.enable.unwrap_or(false);
    if is_enabled && names.is_empty() {
        return Err(errors::invalid_parameter_exception(
            "alarmNames can not be empty when deployment alarms are enabled.",
        ));
    }
    Ok(DeploymentAlarms { names, is_enabled, is_rolling_back: given.rollback.unwrap_or(false) })
}

/// A number that has to be in a range.
pub(super) fn within(name: &str, given: i32, range: RangeInclusive<i32>) -> Result<u32, ApiError> {
    if range.contains(&given) {
        return Ok(given as u32);
    }
    Err(errors::invalid_parameter_exception(format!(
        "{name} must be between {} and {}.",
        range.start(),
        range.end()
    )))
}

fn render_breaker(breaker: &CircuitBreaker) -> ecs::DeploymentCircuitBreaker {
    let (kind, value) = match breaker.threshold {
        FailureThreshold::Count(value) => (ecs::ThresholdType::Count, value),
        FailureThreshold::BoundedPercent(value) => (ecs::ThresholdType::BoundedPercent, value),
        FailureThreshold::UnboundedPercent(value) => (ecs::ThresholdType::UnboundedPercent, value),
    };
    let is_default = breaker.threshold == CircuitBreaker::default().threshold;
    ecs::DeploymentCircuitBreaker {
        enable: Some(breaker.is_enabled),
        rollback: Some(breaker.is_rolling_back),
        reset_on_healthy_task: breaker.is_enabled.then_some(breaker.is_reset_on_healthy_task),
        threshold_configuration: (!is_default).then_some(ecs::ThresholdConfiguration {
            r#type: Some(kind),
            value: Some(value as i32),
        }),
    }
}

fn render_strategy(strategy: DeploymentStrategy) -> ecs::DeploymentStrategy {
    match strategy {
        DeploymentStrategy::Rolling => ecs::DeploymentStrategy::Rolling,
        DeploymentStrategy::BlueGreen => ecs::DeploymentStrategy::BlueGreen,
        DeploymentStrategy::Linear { .. } => ecs::DeploymentStrategy::Linear,
        DeploymentStrategy::Canary { .. } => ecs::DeploymentStrategy::Canary,
    }
}
