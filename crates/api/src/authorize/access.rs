//! What an operation asks for: its actions, on which resources, under which condition keys.
//
// COMPAT: "Actions, resources, and condition keys for AWS services" (Service Authorization
// Reference).

use wire::{Operation, Service};

/// One operation's row. Resources and values are templates (`super::template`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub(super) operation: &'static str,
    /// The action's name, where it is not the operation's.
    action: Option<&'static str>,
    pub(super) resources: &'static [&'static str],
    /// Condition keys and their values.
    own_keys: &'static [(&'static str, &'static str)],
    /// Members that name roles, and the service that each is passed to.
    pub(super) passes: &'static [(&'static str, &'static str)],
    /// The member that names a task definition of which tasks are to run: whoever runs them passes
    /// them its roles.
    pub(super) runs: Option<&'static str>,
    /// Further actions: each with the member whose presence asks for it, and its resource.
    pub(super) also: &'static [(&'static str, &'static str, &'static str)],
    /// The action that tags ask for of what is made with them, and the resource.
    pub(super) tagging: Option<(&'static str, &'static str)>,
    /// Whether it needs no permission at all.
    pub(super) is_free: bool,
}

pub(super) const fn row(operation: &'static str, resources: &'static [&'static str]) -> Access {
    Access {
        operation,
        action: None,
        resources,
        own_keys: &[],
        passes: &[],
        runs: None,
        also: &[],
        tagging: None,
        is_free: false,
    }
}

impl Access {
    pub(super) const fn does(mut self, action: &'static str) -> Access {
        self.action = Some(action);
        self
    }

    pub(super) const fn keys(mut self, keys: &'static [(&'static str, &'static str)]) -> Access {
        self.own_keys = keys;
        self
    }

    pub(super) const fn passes(mut self, roles: &'static [(&'static str, &'static str)]) -> Access {
        self.passes = roles;
        self
    }

    pub(super) const fn runs(mut self, task_definition: &'static str) -> Access {
        self.runs = Some(task_definition);
        self
    }

    pub(super) const fn also(
        mut self,
        actions: &'static [(&'static str, &'static str, &'static str)],
    ) -> Access {
        self.also = actions;
        self
    }

    pub(super) const fn tags(mut self, action: &'static str, resource: &'static str) -> Access {
        self.tagging = Some((action, resource));
        self
    }

    pub(super) const fn free(mut self) -> Access {
        self.is_free = true;
        self
    }

    /// Condition keys and their values: its own, and those of whatever runs tasks.
    pub(super) fn all_keys(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        let of_runs = self.runs.map_or([].as_slice(), |_| super::ecs::RUNS);
        self.own_keys.iter().chain(of_runs)
    }

    /// `ecs:RunTask`
    pub(super) fn action(&self, service: &Service) -> String {
        format!("{}:{}", prefix(service), self.action.unwrap_or(self.operation))
    }
}

/// What a service's actions begin with.
pub(super) fn prefix(service: &Service) -> &'static str {
    match service.signing_name {
        // COMPAT: it signs by the name that it had first.
        "monitoring" => "cloudwatch",
        name => name,
    }
}

/// The row of an operation. Every operation of every service has one; a test says so.
pub(super) fn find(service: &Service, operation: &Operation) -> Option<&'static Access> {
    let rows = of_service(service.name)?;
    let index = rows.binary_search_by(|row| row.operation.cmp(operation.name)).ok()?;
    rows.get(index)
}

fn of_service(name: &str) -> Option<&'static [Access]> {
    Some(match name {
        "cloudwatch" => super::cloudwatch::ACCESS,
        "codedeploy" => super::codedeploy::ACCESS,
        "ec2" => super::ec2::ACCESS,
        "ecs" => super::ecs::ACCESS,
        "elbv2" => super::elbv2::ACCESS,
        "iam" => super::iam::ACCESS,
        "kms" => super::kms::ACCESS,
        "logs" => super::logs::ACCESS,
        "secretsmanager" => super::secretsmanager::ACCESS,
        "ssm" => super::ssm::ACCESS,
        "sts" => super::sts::ACCESS,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize::scene::TAGS;
    use crate::authorize::template::members;

    #[test]
    fn every_operation_says_what_it_asks_for() {
        let mut count = 0;
        for service in aws_api::SERVICES {
            let rows = of_service(service.name).expect("the service has a table");
            let named: Vec<&str> = rows.iter().map(|row| row.operation).collect();
            let there: Vec<&str> = service.operations.iter().map(|it| it.name).collect();
            assert_eq!(named, there, "{}", service.name);
            count += rows.len();
        }
        assert!(count > 400, "{count} operations");
    }

    #[test]
    fn every_member_that_a_row_names_is_one_of_its_input() {
        for service in aws_api::SERVICES {
            for operation in service.operations {
                let row = find(service, operation).expect("it has a row");
                let templates = row.resources.iter().copied();
                let values = row.own_keys.iter().map(|(_, value)| *value);
                let others = row.also.iter().map(|(_, _, resource)| *resource);
                let tagged = row.tagging.iter().map(|(_, resource)| *resource);
                let named = templates.chain(values).chain(others).chain(tagged).flat_map(members);
                let passed = row.passes.iter().map(|(member, _)| *member);
                let asked = row.also.iter().map(|(_, member, _)| *member);
                for path in named.chain(passed).chain(asked).chain(row.runs) {
                    let of = &mut std::iter::once(operation.input.schema);
                    let schema = of.next().expect("an input");
                    assert!(has(schema, path), "{} {path}", operation.name);
                }
            }
        }
    }

    #[test]
    fn what_runs_tasks_has_the_members_that_its_keys_are_of() {
        let ecs = aws_api::ecs::SERVICE.operations;
        let run_task = ecs.iter().find(|it| it.name == "RunTask").expect("it is there");
        for path in super::super::ecs::RUNS.iter().flat_map(|(_, value)| members(value)) {
            assert!(has(run_task.input.schema, path), "{path}");
        }
    }

    #[test]
    fn what_is_made_with_tags_asks_for_tagging() {
        for service in aws_api::SERVICES {
            for operation in service.operations {
                let mut tags = TAGS.iter().filter(|(tags, _)| has(operation.input.schema, tags));
                let is_about_tags = operation.name.contains("Tag")
                    || service.name == "sts"
                    || find(service, operation).expect("it has a row").is_free;
                if tags.next().is_some() && !is_about_tags {
                    let row = find(service, operation).expect("it has a row");
                    assert!(row.tagging.is_some(), "{} {}", service.name, operation.name);
                }
            }
        }
    }

    fn has(schema: &wire::Schema, path: &str) -> bool {
        let element = match schema.kind {
            wire::Kind::List(list) => return has(list.element, path),
            _ => schema,
        };
        let (first, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
        let found = element.members().iter().find(|member| member.name == first);
        found.is_some_and(|member| rest.is_none_or(|rest| has(member.schema, rest)))
    }
}
