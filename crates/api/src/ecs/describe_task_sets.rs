//! `DescribeTaskSets`: the task sets of a service, or those of them that are named.

use aws_api::ecs::{
    DescribeTaskSetsRequest, DescribeTaskSetsResponse, Failure, TaskSet, TaskSetField,
};
use wire::ApiError;

use super::{tags, task_set};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTaskSetsRequest,
) -> Result<DescribeTaskSetsResponse, ApiError> {
    let snapshot = api.snapshot();
    let named = (input.cluster.as_str(), input.service.as_str());
    let service = task_set::service_of(&snapshot, &caller.scope, named)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    match input.task_sets.as_deref().unwrap_or_default() {
        [] => found = task_set::all(&snapshot, &service.key),
        named => {
            for name in named {
                match task_set::find(&snapshot, &service.key, name) {
                    Ok(set) => found.push(set),
                    Err(_) => failures.push(Failure {
                        arn: Some(name.clone()),
                        reason: Some("MISSING".to_owned()),
                        detail: None,
                    }),
                }
            }
        }
    }
    let is_tagged = input.include.iter().flatten().any(|field| *field == TaskSetField::Tags);
    let shown = found.into_iter().map(|set| {
        let tags = is_tagged.then(|| tags::render(&set.tags));
        TaskSet { tags, ..task_set::render(&snapshot, set, caller.now) }
    });
    Ok(DescribeTaskSetsResponse { task_sets: Some(shown.collect()), failures: Some(failures) })
}
