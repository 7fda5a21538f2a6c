//! What happened, in lines that can be read, and in short names: tasks are `t1`, `t2`, …,
//! revisions of services `r1`, …, deployments `d1`, … in order of appearance.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use model::{
    AnyRecord, Change, DesiredStatus, Key, Kind, Listener, Plan, Service, ServiceDeployment,
    Snapshot, Target, Task, TaskKey,
};

use crate::queue::Peer;
use crate::weights::weights_of;

#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) lines: Vec<String>,
    pub(crate) names: Names,
}

impl Log {
    pub(crate) fn push(&mut self, at: Duration, line: &str) {
        let millis = at.as_millis();
        self.lines.push(format!("{:>7}.{:03} {line}", millis / 1_000, millis % 1_000));
    }
}

/// Short names for long ids.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, u32>,
}

impl Names {
    fn name(&mut self, letter: &'static str, id: &str) -> String {
        if let Some(name) = self.names.get(id) {
            return name.clone();
        }
        let count = self.counts.entry(letter).or_default();
        *count += 1;
        let name = format!("{letter}{count}");
        self.names.insert(id.to_owned(), name.clone());
        name
    }

    pub(crate) fn task(&mut self, key: &TaskKey) -> String {
        self.name("t", &key.id)
    }

    pub(crate) fn revision(&mut self, id: &str) -> String {
        self.name("r", id)
    }

    fn deployment(&mut self, id: &str) -> String {
        self.name("d", id)
    }

    pub(crate) fn peer(peer: Peer) -> String {
        match peer {
            Peer::Node(node) => format!("node n{}", node + 1),
            Peer::Balancer => "balancer".to_owned(),
        }
    }

    pub(crate) fn key(&mut self, key: &Key) -> String {
        let last = key.id.rsplit('/').next().unwrap_or_default().to_owned();
        match key.kind {
            Kind::Task => self.name("t", &last),
            Kind::ServiceDeployment => self.name("d", &last),
            _ => format!("{} {last}", key.kind.as_str()),
        }
    }

    /// What a commit changes, a line for each record that anybody cares about.
    pub(crate) fn describe(&mut self, before: &Snapshot, plan: &Plan) -> Vec<String> {
        plan.changes.iter().filter_map(|change| self.describe_change(before, change)).collect()
    }

    fn describe_change(&mut self, before: &Snapshot, change: &Change) -> Option<String> {
        match change {
            Change::Put(AnyRecord::Task(task)) => {
                let old = before.task(&task.key).map(|old| &*old.record);
                Some(self.describe_task(old, task))
            }
            Change::Put(AnyRecord::Target(target)) => {
                let key = target.task.as_ref()?;
                let (task, health) = (self.task(key), target.health.state.as_str());
                Some(format!("target of {task} in {} is {health}", group_name(target)))
            }
            Change::Put(AnyRecord::ServiceDeployment(next)) => {
                let old = before.service_deployment(&next.service, &next.id);
                self.describe_deployment(old.map(|old| &*old.record), next)
            }
            Change::Put(AnyRecord::Service(next)) => {
                let old = before.service(&next.key);
                self.describe_service(old.map(|old| &*old.record), next)
            }
            Change::Put(AnyRecord::Listener(listener)) => Some(describe_listener(listener)),
            Change::Put(AnyRecord::Node(node)) => {
                Some(format!("node {} connected={}", node.id, node.is_connected))
            }
            Change::Put(AnyRecord::Alarm(alarm)) => {
                Some(format!("alarm {} {}", alarm.name, alarm.state.as_str()))
            }
            Change::Put(_) => None,
            Change::Delete(key) if key.kind == Kind::Target => {
                let target = before.targets.get(&key.scope, &key.id)?;
                let task = self.task(target.task.as_ref()?);
                Some(format!("target of {task} in {} is gone", group_name(target)))
            }
            Change::Delete(_) => None,
        }
    }

    fn describe_task(&mut self, old: Option<&Task>, next: &Task) -> String {
        let name = self.task(&next.key);
        let Some(old) = old else {
            let revision = next.service.as_ref().map(|of| self.revision(&of.revision));
            return format!("start {name} of {}", revision.unwrap_or_default());
        };
        let mut text = name;
        if old.node != next.node {
            let _ = write!(text, " on {}", next.node.as_deref().unwrap_or("-"));
        }
        if old.desired_status != next.desired_status {
            let is_stopping = next.desired_status == DesiredStatus::Stopped;
            let reason = next.stopped_reason.as_deref().unwrap_or("by itself");
            let reason = reason.split(" (").next().unwrap_or_default();
            let _ = write!(text, "{}", if is_stopping { " to stop: " } else { " to run" });
            text.push_str(reason);
        }
        if old.last_status != next.last_status {
            let _ = write!(text, " {}", next.last_status.as_str());
        }
        if old.health_status != next.health_status {
            let _ = write!(text, " health={}", next.health_status.as_str());
        }
        text
    }

    fn describe_deployment(
        &mut self,
        old: Option<&ServiceDeployment>,
        next: &ServiceDeployment,
    ) -> Option<String> {
        let mut text = format!(
            "{} to {} {}",
            self.deployment(&next.id),
            self.revision(&next.target_revision),
            next.status.as_str()
        );
        if let Some(progress) = &next.progress {
            let shares = (progress.production_permille, progress.test_permille);
            let _ = write!(text, " {} step={}", progress.stage.as_str(), progress.step);
            let _ = write!(text, " production={} test={}", shares.0, shares.1);
            for run in &progress.hooks {
                let _ = write!(text, " hook={}", run.status.as_str());
            }
        }
        if old.is_none() {
            let strategy = next.deployment_configuration.strategy.as_str();
            let _ = write!(text, " ({} {strategy})", next.service.name);
        }
        let is_news =
            old.is_none_or(|old| (old.status, &old.progress) != (next.status, &next.progress));
        is_news.then_some(text)
    }

    fn describe_service(&mut self, old: Option<&Service>, next: &Service) -> Option<String> {
        let seen = |service: &Service| {
            (
                service.desired_count,
                service.status,
                service.is_steady,
                service.primary_revision.clone(),
                service.completed_revision.clone(),
            )
        };
        let is_news = old.is_none_or(|old| seen(old) != seen(next));
        is_news.then(|| {
            let primary = self.revision(&next.primary_revision);
            let completed = next.completed_revision.as_deref().map(|id| self.revision(id));
            format!(
                "service {} {} desired={} primary={primary} completed={} steady={}",
                next.key.name,
                next.status.as_str(),
                next.desired_count,
                completed.as_deref().unwrap_or("-"),
                next.is_steady
            )
        })
    }
}

fn describe_listener(listener: &Listener) -> String {
    let (name, port) = (&listener.load_balancer_name, listener.port);
    let weights = weights_of(&listener.default_actions);
    let each = weights
        .iter()
        .map(|(arn, weight)| format!("{}={weight}", arn.split('/').nth(1).unwrap_or_default()));
    format!("{name}:{port} {}", each.collect::<Vec<_>>().join(" "))
}

fn group_name(target: &Target) -> &str {
    target.target_group_arn.split('/').nth(1).unwrap_or_default()
}
