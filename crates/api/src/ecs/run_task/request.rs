//! What a RunTask request asks for, so far as it can be known without the state.

use aws_api::ecs::{self, CapacityProviderStrategyItem, RunTaskRequest, errors};
use model::{Cluster, Tags, TaskDefinition};
use wire::ApiError;

use crate::ecs::{capacity, launch, tags, unsupported};
use crate::refuse::refuse_given;

/// LIMIT: "You can specify up to 10 tasks for each call" (RunTask).
const COUNT_MAX: i32 = 10;

/// LIMIT: characters of `startedBy` and of `clientToken` (RunTask).
const STARTED_BY_LENGTH_MAX: usize = 128;
const CLIENT_TOKEN_LENGTH_MAX: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Wanted {
    count: usize,
    launch_type: Option<ecs::LaunchType>,
    strategy: Option<Vec<CapacityProviderStrategyItem>>,
    group: Option<String>,
    tags: Tags,
    propagated: Propagated,
    managed_tags: ManagedTags,
}

/// Which tags the task has besides its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Propagated {
    Nothing,
    FromTaskDefinition,
}

/// Whether ECS tags the task as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ManagedTags {
    Enabled,
    Disabled,
}

impl Wanted {
    pub(super) fn new(input: &RunTaskRequest) -> Result<Wanted, ApiError> {
        refuse_unsupported(input)?;
        check_texts(input)?;
        let strategy =
            input.capacity_provider_strategy.clone().filter(|strategy| !strategy.is_empty());
        if input.launch_type.is_some() && strategy.is_some() {
            return Err(refuse(
                "Specifying both a launch type and capacity provider strategy is not supported. \
                 Remove one and try again.",
            ));
        }
        launch::platform_version(input.platform_version.as_deref())?;
        Ok(Wanted {
            count: count(input.count)?,
            launch_type: input.launch_type,
            strategy,
            group: input.group.clone().filter(|group| !group.is_empty()),
            tags: tags::parse(input.tags.as_deref())?,
            propagated: propagated(input.propagate_tags)?,
            managed_tags: match input.enable_ecs_managed_tags {
                Some(true) => ManagedTags::Enabled,
                Some(false) | None => ManagedTags::Disabled,
            },
        })
    }

    /// The capacity provider of each task that is to be made; `None` for none by name.
    pub(super) fn providers(&self, cluster: &Cluster) -> Result<Vec<Option<String>>, ApiError> {
        let strategy = match self.launch_type {
            Some(ecs::LaunchType::Fargate) => return Ok(vec![None; self.count]),
            Some(ecs::LaunchType::Ec2 | ecs::LaunchType::External) => Vec::new(),
            Some(ecs::LaunchType::ManagedInstances) => {
                return Err(unsupported(
                    "`launchType` `MANAGED_INSTANCES` is not supported by Longshore yet; use \
                     `FARGATE`"
                        .to_owned(),
                ));
            }
            None => capacity::strategy_of(self.strategy.as_deref(), cluster)?,
        };
        if strategy.is_empty() {
            // COMPAT: EC2 is the launch type where nothing says another.
            return Err(refuse("No Container Instances were found in your cluster."));
        }
        Ok(capacity::share_out(&strategy, self.count).into_iter().map(Some).collect())
    }

    pub(super) fn group_of(&self, definition: &TaskDefinition) -> String {
        self.group.clone().unwrap_or_else(|| format!("family:{}", definition.family))
    }

    /// The tags of each task: its own win over its definition's.
    pub(super) fn tags_of(
        &self,
        cluster: &str,
        definition: &TaskDefinition,
    ) -> Result<Tags, ApiError> {
        let mut all = match self.propagated {
            Propagated::Nothing => Tags::new(),
            Propagated::FromTaskDefinition => definition.tags.clone(),
        };
        all.extend(self.tags.clone());
        if self.managed_tags == ManagedTags::Enabled {
            all.insert("aws:ecs:clusterName".to_owned(), cluster.to_owned());
        }
        tags::check_count(&all)?;
        Ok(all)
    }
}

fn refuse_unsupported(input: &RunTaskRequest) -> Result<(), ApiError> {
    let is_constrained = input.placement_constraints.as_ref().is_some_and(|it| !it.is_empty());
    let is_ranked = input.placement_strategy.as_ref().is_some_and(|it| !it.is_empty());
    let has_volumes = input.volume_configurations.as_ref().is_some_and(|it| !it.is_empty());
    refuse_given(
        &[
            ("enableExecuteCommand", input.enable_execute_command == Some(true)),
            ("placementConstraints", is_constrained),
            ("placementStrategy", is_ranked),
            ("referenceId", input.reference_id.is_some()),
            ("volumeConfigurations", has_volumes),
        ],
        unsupported,
    )
}

fn check_texts(input: &RunTaskRequest) -> Result<(), ApiError> {
    let started_by = input.started_by.as_deref().unwrap_or_default();
    if started_by.chars().count() > STARTED_BY_LENGTH_MAX {
        return Err(refuse(format!(
            "startedBy can have at most {STARTED_BY_LENGTH_MAX} characters."
        )));
    }
    let token = input.client_token.as_deref().unwrap_or_default();
    let is_printable = token.bytes().all(|byte| (33..=126).contains(&byte));
    if token.len() > CLIENT_TOKEN_LENGTH_MAX || !is_printable {
        return Err(refuse(format!(
            "clientToken can have at most {CLIENT_TOKEN_LENGTH_MAX} characters, in the range of \
             33-126."
        )));
    }
    Ok(())
}

fn count(given: Option<i32>) -> Result<usize, ApiError> {
    match given.unwrap_or(1) {
        count if (1..=COUNT_MAX).contains(&count) => Ok(count as usize),
        _ => Err(refuse(format!("Count must be between 1 and {COUNT_MAX}."))),
    }
}

/// COMPAT: "An error will be received if you specify the SERVICE option when running a task".
fn propagated(given: Option<ecs::PropagateTags>) -> Result<Propagated, ApiError> {
    match given {
        None | Some(ecs::PropagateTags::None) => Ok(Propagated::Nothing),
        Some(ecs::PropagateTags::TaskDefinition) => Ok(Propagated::FromTaskDefinition),
        Some(ecs::PropagateTags::Service) => Err(refuse(
            "Invalid value SERVICE for propagateTags: a task that RunTask makes has no service.",
        )),
    }
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}
