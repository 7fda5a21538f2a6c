//! Dependencies between containers: each can be met, and none waits for itself.

use std::collections::{BTreeMap, BTreeSet};

use aws_api::ecs::errors;
use model::{ContainerDefinition, DependencyCondition};
use wire::ApiError;

/// Refuses dependencies on containers that are not there, that can never be met, or in a ring.
pub(super) fn check(containers: &[ContainerDefinition]) -> Result<(), ApiError> {
    let by_name: BTreeMap<&str, &ContainerDefinition> =
        containers.iter().map(|container| (container.name.as_str(), container)).collect();
    for container in containers {
        for dependency in &container.depends_on {
            let (name, on) = (&container.name, dependency.container_name.as_str());
            let target = by_name.get(on).ok_or_else(|| {
                refuse(format!("Container '{name}' depends on unknown container '{on}'."))
            })?;
            match dependency.condition {
                DependencyCondition::Start => {}
                DependencyCondition::Complete | DependencyCondition::Success => {
                    if target.is_essential {
                        return Err(refuse(
                            "A dependency container with SUCCESS or COMPLETE condition cannot be \
                             an essential container",
                        ));
                    }
                }
                DependencyCondition::Healthy => {
                    if target.health_check.is_none() {
                        return Err(refuse(format!(
                            "Container '{name}' depends on container '{on}' with condition \
                             HEALTHY, but '{on}' does not have a health check configured."
                        )));
                    }
                }
            }
        }
    }
    check_order(containers)
}

/// Takes away containers whose dependencies are all gone; what stays is a ring.
fn check_order(containers: &[ContainerDefinition]) -> Result<(), ApiError> {
    let mut waiting: Vec<&ContainerDefinition> = containers.iter().collect();
    let mut startable = BTreeSet::new();
    loop {
        let count = waiting.len();
        waiting.retain(|container| {
            let is_due = container
                .depends_on
                .iter()
                .all(|dependency| startable.contains(dependency.container_name.as_str()));
            if is_due {
                startable.insert(container.name.as_str());
            }
            !is_due
        });
        if waiting.is_empty() {
            return Ok(());
        }
        if waiting.len() == count {
            let names: Vec<&str> = waiting.iter().map(|container| &*container.name).collect();
            return Err(refuse(format!(
                "Container dependencies must not form a cycle: {}.",
                names.join(", ")
            )));
        }
    }
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::client_exception(message)
}
