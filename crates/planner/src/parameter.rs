//! Deletes parameters that have expired.
//
// COMPAT: "Assigning parameter policies in Parameter Store": `Expiration` deletes the parameter,
// with all of its versions.

use model::{Plan, Snapshot, Timestamp};

/// LIMIT: parameters that one plan deletes; the rest go in the next.
const DELETED_MAX: usize = 500;

pub fn plan(snapshot: &Snapshot, now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    for parameter in snapshot.parameters.all() {
        let Some(expires) = &parameter.expires else { continue };
        if now < expires.at || plan.changes.len() == DELETED_MAX {
            plan.wake_at(expires.at);
        } else {
            plan.delete(parameter);
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{Change, Parameter, ParameterExpiration, Scope, Tags};

    use super::*;

    fn parameter(name: &str, expires_at: Option<Timestamp>) -> Change {
        let expires = expires_at.map(|at| ParameterExpiration { at, text: String::new() });
        let parameter = Parameter {
            scope: Scope::new("000000000000", "us-east-1"),
            name: name.to_owned(),
            versions: BTreeMap::new(),
            tags: Tags::new(),
            expires,
        };
        Change::Put(parameter.into())
    }

    #[test]
    fn a_parameter_goes_when_its_time_has_come() {
        let at = Timestamp::from_secs;
        let mut snapshot = Snapshot::default();
        snapshot.apply(
            1,
            &[
                parameter("ever", None),
                parameter("late", Some(at(20))),
                parameter("soon", Some(at(10))),
            ],
        );
        let early = plan(&snapshot, at(9));
        assert!(early.is_empty());
        assert_eq!(early.wake_at, Some(at(10)));
        let due = plan(&snapshot, at(10));
        assert!(crate::lint::lint(&snapshot, &due).is_empty());
        assert_eq!(due.wake_at, Some(at(20)));
        snapshot.apply(2, &due.changes);
        let left: Vec<_> = snapshot.parameters.all().map(|it| it.name.clone()).collect();
        assert_eq!(left, ["ever", "late"]);
        assert!(plan(&snapshot, at(10)).is_empty());
    }
}
