//! Tasks as callers name them, and as the API shows them.

mod render;

pub(super) use render::{Shown, render};

use model::{Arn, Scope, TaskKey};

/// The task of a cluster that a caller names, by id or by ARN; `None` for an ARN that is of
/// no task of this cluster.
pub(super) fn key(scope: &Scope, cluster: &str, given: &str) -> Option<TaskKey> {
    let id = if given.starts_with("arn:") {
        let arn = Arn::parse(given).filter(|arn| arn.service == "ecs" && arn.scope == *scope)?;
        let name = arn.resource_id("task")?;
        match name.split_once('/') {
            Some((of, id)) if of == cluster => id.to_owned(),
            Some(_) => return None,
            // COMPAT: the short form that ARNs had before 2018.
            None => name.to_owned(),
        }
    } else {
        given.to_owned()
    };
    Some(TaskKey { scope: scope.clone(), cluster: cluster.to_owned(), id })
}

/// The ARN that a `failures` entry names.
pub(super) fn arn_of(scope: &Scope, cluster: &str, given: &str) -> String {
    if given.starts_with("arn:") {
        return given.to_owned();
    }
    scope.arn("ecs", format_args!("task/{cluster}/{given}"))
}
