//! `AppSpec`: what a deployment makes of an ECS service. JSON; every key is honoured or refused.
//
// COMPAT: the keys are those of "AppSpec file structure for Amazon ECS deployments" (CodeDeploy
// User Guide); they are read in any case, as the CLI's `ecs deploy` reads them.

use aws_api::codedeploy::errors;
use aws_api::ecs;
use model::LifecycleStage;
use serde_json::Value;
use wire::ApiError;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct AppSpec {
    pub(super) task_definition: String,
    pub(super) container_name: String,
    pub(super) container_port: u16,
    pub(super) platform_version: Option<String>,
    pub(super) network: Option<ecs::NetworkConfiguration>,
    pub(super) capacity_provider_strategy: Option<Vec<ecs::CapacityProviderStrategyItem>>,
    /// The functions that are told, each at its stage.
    pub(super) hooks: Vec<(LifecycleStage, String)>,
}

pub(super) fn parse(content: &str) -> Result<AppSpec, ApiError> {
    let value = serde_json::from_str(content).map_err(|error| {
        invalid(&format!(
            "The AppSpec must be JSON; YAML is not supported by Longshore yet ({error})"
        ))
    })?;
    let mut root = Fields::of("AppSpec", &value)?;
    check_version(root.take("version"))?;
    let resources = root.take("Resources").and_then(Value::as_array).map(Vec::as_slice);
    let Some([resource]) = resources else {
        return Err(invalid("The AppSpec must have exactly one resource."));
    };
    let hooks = root.take("Hooks").map_or(Ok(Vec::new()), parse_hooks)?;
    root.finish()?;
    let mut named = resource.as_object().into_iter().flatten();
    let (Some((name, target)), None) = (named.next(), named.next()) else {
        return Err(invalid("A resource must have one name."));
    };
    let mut target = Fields::of(name, target)?;
    match target.text("Type")?.as_deref() {
        Some("AWS::ECS::Service") => {}
        other => {
            return Err(invalid(&format!(
                "The type of {name} must be AWS::ECS::Service, not {}.",
                other.unwrap_or("missing")
            )));
        }
    }
    let properties = Fields::of("Properties", target.needed("Properties")?)?;
    target.finish()?;
    parse_properties(properties, hooks)
}

fn parse_properties(
    mut given: Fields<'_>,
    hooks: Vec<(LifecycleStage, String)>,
) -> Result<AppSpec, ApiError> {
    let needed = |name: &str, text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .ok_or_else(|| invalid(&format!("The AppSpec must have {name}.")))
    };
    let task_definition = needed("TaskDefinition", given.text("TaskDefinition")?)?;
    let mut load_balancer = Fields::of("LoadBalancerInfo", given.needed("LoadBalancerInfo")?)?;
    let container_name = needed("ContainerName", load_balancer.text("ContainerName")?)?;
    let port = load_balancer.number("ContainerPort")?.and_then(|port| u16::try_from(port).ok());
    load_balancer.finish()?;
    let parsed = AppSpec {
        task_definition,
        container_name,
        container_port: port
            .ok_or_else(|| invalid("ContainerPort must be between 0 and 65535."))?,
        platform_version: given.text("PlatformVersion")?,
        network: given.take("NetworkConfiguration").map(parse_network).transpose()?,
        capacity_provider_strategy: given
            .take("CapacityProviderStrategy")
            .map(|items| list("CapacityProviderStrategy", items)?.iter().map(parse_item).collect())
            .transpose()?,
        hooks,
    };
    given.finish()?;
    Ok(parsed)
}

fn parse_network(value: &Value) -> Result<ecs::NetworkConfiguration, ApiError> {
    let mut outer = Fields::of("NetworkConfiguration", value)?;
    let mut given = Fields::of("AwsvpcConfiguration", outer.needed("AwsvpcConfiguration")?)?;
    outer.finish()?;
    let texts = |name: &str, value: Option<&Value>| {
        let items = value.map_or(Ok([].as_slice()), |value| list(name, value))?;
        let texts: Option<Vec<String>> =
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| invalid(&format!("{name} must be a list of texts.")))
    };
    let is_public = given.text("AssignPublicIp")?;
    let assign_public_ip = match is_public.as_deref() {
        None => None,
        Some("ENABLED") => Some(ecs::AssignPublicIp::Enabled),
        Some("DISABLED") => Some(ecs::AssignPublicIp::Disabled),
        Some(_) => return Err(invalid("AssignPublicIp must be ENABLED or DISABLED.")),
    };
    let awsvpc = ecs::AwsVpcConfiguration {
        subnets: Some(texts("Subnets", given.take("Subnets"))?),
        security_groups: Some(texts("SecurityGroups", given.take("SecurityGroups"))?),
        assign_public_ip,
    };
    given.finish()?;
    Ok(ecs::NetworkConfiguration { awsvpc_configuration: Some(awsvpc) })
}

fn parse_item(value: &Value) -> Result<ecs::CapacityProviderStrategyItem, ApiError> {
    let mut given = Fields::of("CapacityProviderStrategy", value)?;
    let number = |number: Option<u64>| number.and_then(|number| i32::try_from(number).ok());
    let item = ecs::CapacityProviderStrategyItem {
        capacity_provider: given.text("CapacityProvider")?,
        weight: number(given.number("Weight")?),
        base: number(given.number("Base")?),
    };
    given.finish()?;
    Ok(item)
}

/// A hook is told when what it is named after is done. After test traffic that is the stage
/// of its shift, so that whoever is waited for is asked afterwards.
fn parse_hooks(value: &Value) -> Result<Vec<(LifecycleStage, String)>, ApiError> {
    let mut hooks = Vec::new();
    for hook in list("Hooks", value)? {
        for (name, function) in hook.as_object().into_iter().flatten() {
            let stage = match name.as_str() {
                "BeforeInstall" => LifecycleStage::PreScaleUp,
                "AfterInstall" => LifecycleStage::PostScaleUp,
                "AfterAllowTestTraffic" => LifecycleStage::TestTrafficShift,
                "BeforeAllowTraffic" => LifecycleStage::PreProductionTrafficShift,
                "AfterAllowTraffic" => LifecycleStage::PostProductionTrafficShift,
                other => return Err(invalid(&format!("The AppSpec has an unknown hook {other}."))),
            };
            let function = function.as_str().filter(|function| !function.is_empty());
            let function =
                function.ok_or_else(|| invalid(&format!("{name} must name a function.")))?;
            if hooks.iter().any(|(known, _)| *known == stage) {
                return Err(invalid(&format!("The hook {name} is given twice.")));
            }
            hooks.push((stage, function.to_owned()));
        }
    }
    Ok(hooks)
}

fn check_version(version: Option<&Value>) -> Result<(), ApiError> {
    let is_known = match version {
        Some(Value::Number(number)) => number.as_f64() == Some(0.0),
        Some(Value::String(text)) => text == "0.0",
        None | Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => false,
    };
    if is_known { Ok(()) } else { Err(invalid("The version of the AppSpec must be 0.0.")) }
}

/// An object whose keys are taken one by one, so that what is left over is refused.
struct Fields<'a> {
    name: String,
    left: Vec<(&'a String, &'a Value)>,
}

impl<'a> Fields<'a> {
    fn of(name: &str, value: &'a Value) -> Result<Fields<'a>, ApiError> {
        let object = value.as_object();
        let object = object.ok_or_else(|| invalid(&format!("{name} must be an object.")))?;
        Ok(Fields { name: name.to_owned(), left: object.iter().collect() })
    }

    fn take(&mut self, key: &str) -> Option<&'a Value> {
        let at = self.left.iter().position(|(known, _)| known.eq_ignore_ascii_case(key))?;
        Some(self.left.remove(at).1).filter(|value| !value.is_null())
    }

    fn needed(&mut self, key: &str) -> Result<&'a Value, ApiError> {
        self.take(key).ok_or_else(|| invalid(&format!("{} must have {key}.", self.name)))
    }

    fn text(&mut self, key: &str) -> Result<Option<String>, ApiError> {
        let text = self.take(key).map(|value| value.as_str().map(str::to_owned));
        text.map(|text| text.ok_or_else(|| invalid(&format!("{key} must be text.")))).transpose()
    }

    /// A number, which may be written as text.
    fn number(&mut self, key: &str) -> Result<Option<u64>, ApiError> {
        let number = self.take(key).map(|value| {
            value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        });
        number
            .map(|number| number.ok_or_else(|| invalid(&format!("{key} must be a number."))))
            .transpose()
    }

    fn finish(self) -> Result<(), ApiError> {
        match self.left.first() {
            Some((key, _)) => {
                Err(invalid(&format!("`{key}` in {} is not supported by Longshore yet", self.name)))
            }
            None => Ok(()),
        }
    }
}

fn list<'a>(name: &str, value: &'a Value) -> Result<&'a [Value], ApiError> {
    let items = value.as_array().map(Vec::as_slice);
    items.ok_or_else(|| invalid(&format!("{name} must be a list.")))
}

fn invalid(message: &str) -> ApiError {
    errors::invalid_revision_exception(message)
}
