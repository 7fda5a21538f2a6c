//! Where a service's tasks write: log groups, and whose each of their streams is.
//!
//! Only what is recorded counts: tasks that run, and stopped ones until they are
//! forgotten. Whose an older stream was is known to nobody.

use std::collections::BTreeSet;

use model::{AwsLogs, Entry, Scope, ServiceKey, Snapshot, Task, TaskDefinitionRef, TaskKey};
use observe::{GroupKey, StreamKey, StreamSelection};
use serde::{Deserialize, Serialize};

/// Streams that are followed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Source {
    scope: Scope,
    group: String,
    naming: Naming,
}

/// How the streams of a group are named; see [`AwsLogs::stream`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Naming {
    Prefixed { prefix: String, container: String },
    ContainerId,
}

/// Who wrote a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) task: String,
    pub(crate) container: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) stream: StreamKey,
    pub(crate) origin: Origin,
}

/// Everything that the service's tasks write to, and that its next tasks will.
pub(crate) fn sources(snapshot: &Snapshot, service: &ServiceKey) -> BTreeSet<Source> {
    let mut definitions: BTreeSet<TaskDefinitionRef> =
        snapshot.tasks_of_service(service).map(|task| task.definition.clone()).collect();
    definitions.extend(primary_definition(snapshot, service));
    let found = definitions
        .iter()
        .filter_map(|reference| snapshot.task_definition(&service.scope, reference));
    found
        .flat_map(|definition| &definition.containers)
        .filter_map(|container| {
            let logs = container.log_configuration.as_ref()?;
            Some(Source::of(&service.scope, &container.name, logs))
        })
        .collect()
}

/// The definition that the service's new tasks run.
pub(crate) fn primary_definition(
    snapshot: &Snapshot,
    service: &ServiceKey,
) -> Option<TaskDefinitionRef> {
    let primary = &snapshot.service(service)?.primary_revision;
    Some(snapshot.service_revision(service, primary)?.definition.clone())
}

impl Source {
    fn of(scope: &Scope, container: &str, logs: &AwsLogs) -> Source {
        let naming = match logs.stream_prefix.clone() {
            Some(prefix) => Naming::Prefixed { prefix, container: container.to_owned() },
            None => Naming::ContainerId,
        };
        let scope = Scope::new(scope.account.clone(), logs.region.clone());
        Source { scope, group: logs.group.clone(), naming }
    }

    pub(crate) fn group(&self) -> GroupKey {
        GroupKey::new(self.scope.clone(), self.group.clone())
    }

    /// The streams of the source are among them; others may be too.
    pub(crate) fn selection(&self) -> StreamSelection {
        match &self.naming {
            Naming::Prefixed { prefix, container } => {
                StreamSelection::Prefix(format!("{prefix}/{container}/"))
            }
            Naming::ContainerId => StreamSelection::All,
        }
    }

    /// The streams of this source that tasks of the service write, oldest task first.
    pub(crate) fn streams(&self, snapshot: &Snapshot, service: &ServiceKey) -> Vec<Written> {
        let mut tasks: Vec<&Entry<Task>> = snapshot.tasks_of_service(service).collect();
        tasks.sort_by_key(|task| task.created_at);
        tasks.into_iter().flat_map(|task| self.streams_of(snapshot, task)).collect()
    }

    fn streams_of(&self, snapshot: &Snapshot, task: &Task) -> Vec<Written> {
        let definition = snapshot.task_definition(&task.key.scope, &task.definition);
        let containers = definition.into_iter().flat_map(|definition| &definition.containers);
        containers
            .filter_map(|container| {
                let logs = container.log_configuration.as_ref()?;
                let known = task.containers.iter().find(|known| known.name == container.name)?;
                let is_of_this = Source::of(&task.key.scope, &container.name, logs) == *self;
                let stream = logs.stream(&container.name, &known.id, &task.key.id);
                let origin =
                    Origin { task: task.key.id.clone(), container: container.name.clone() };
                is_of_this.then(|| Written { stream: self.group().stream(stream), origin })
            })
            .collect()
    }

    /// Who wrote a stream of the source's selection; `None` where no task of the service did.
    pub(crate) fn origin(
        &self,
        snapshot: &Snapshot,
        service: &ServiceKey,
        stream: &str,
    ) -> Option<Origin> {
        match &self.naming {
            Naming::Prefixed { prefix, container } => {
                let rest = stream.strip_prefix(prefix.as_str())?.strip_prefix('/')?;
                let id = rest.strip_prefix(container.as_str())?.strip_prefix('/')?.to_owned();
                let (scope, cluster) = (service.scope.clone(), service.cluster.clone());
                let task = snapshot.task(&TaskKey { scope, cluster, id })?;
                let is_of_service =
                    task.service.as_ref().is_some_and(|owner| owner.name == service.name);
                let origin = || Origin { task: task.key.id.clone(), container: container.clone() };
                is_of_service.then(origin)
            }
            Naming::ContainerId => snapshot.tasks_of_service(service).find_map(|task| {
                let known = task.containers.iter().find(|known| known.id == stream)?;
                Some(Origin { task: task.key.id.clone(), container: known.name.clone() })
            }),
        }
    }
}
