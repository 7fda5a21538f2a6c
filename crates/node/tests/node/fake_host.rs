//! A host that is a table: what the kernel, the shims and the image store would hold.
//!
//! The table outlives a node, as a real host outlives the node's process. Every effect
//! passes a point before and a point after it, at which a test can hold it: dropping the
//! node there is a kill in the middle of the effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::packet_rules::PacketChange;
use model::session::{
    AssignedContainer, Assignment, DeniedTraffic, LogLine, LogPosition, NameRecord,
};
use model::{TaskKey, Timestamp};
use node::Host;
use node::ports::{ContainerExit, Failure, ImageFacts, LogChunk, Started, StopSignal};
use tokio::sync::watch;

/// Cheap to clone; all clones are one host.
#[derive(Clone, Debug)]
pub(crate) struct FakeHost {
    table: Arc<Mutex<Table>>,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) now: Timestamp,
    /// Every effect, in order, as it was done.
    pub(crate) done: Vec<String>,
    pub(crate) tasks: BTreeMap<String, FakeTask>,
    pub(crate) names: Vec<NameRecord>,
    /// What each collection of images was told to be in use.
    pub(crate) collections: Vec<BTreeSet<String>>,
    /// What the next collection of images answers.
    pub(crate) collect_again: Option<Timestamp>,
    /// Containers that do not end when they are told to.
    pub(crate) is_stubborn: bool,
    pub(crate) checks_fail: bool,
    /// How many removals are to fail.
    pub(crate) removals_fail: u32,
    pub(crate) is_deaf_to_kill: bool,
    pub(crate) missing_images: BTreeSet<String>,
    pub(crate) denied: Vec<DeniedTraffic>,
    held: BTreeSet<String>,
    reached: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub(crate) struct FakeTask {
    pub(crate) has_network: bool,
    pub(crate) is_shim_alive: bool,
    pub(crate) containers: BTreeMap<String, FakeContainer>,
}

#[derive(Debug, Default)]
pub(crate) struct FakeContainer {
    pub(crate) starts: u32,
    pub(crate) started_at: Timestamp,
    pub(crate) exit: Option<(i32, Timestamp)>,
    pub(crate) lines: Vec<String>,
}

impl FakeHost {
    pub(crate) fn new() -> FakeHost {
        let table = Table { now: Timestamp::from_secs(1_000), ..Table::default() };
        FakeHost { table: Arc::new(Mutex::new(table)), changes: watch::Sender::new(0) }
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&Table) -> T) -> T {
        look(&self.table())
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        let value = change(&mut self.table());
        self.changes.send_modify(|changes| *changes += 1);
        value
    }

    /// Waits until the host is so.
    pub(crate) async fn until(&self, is_so: impl Fn(&Table) -> bool) {
        let mut changes = self.changes.subscribe();
        while !is_so(&self.table()) {
            changes.changed().await.expect("this clone keeps the sender");
        }
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.change(|table| table.now = table.now + Duration::from_secs(secs));
    }

    /// Lets time pass until the host is so.
    pub(crate) async fn advance_until(&self, is_so: impl Fn(&Table) -> bool) {
        while !self.look(&is_so) {
            self.advance(1);
            tokio::task::yield_now().await;
        }
    }

    /// From now on nothing passes this point.
    pub(crate) fn hold(&self, point: &str) {
        self.change(|table| {
            table.reached.remove(point);
            table.held.insert(point.to_owned());
        });
    }

    pub(crate) async fn reached(&self, point: &str) {
        self.until(|table| table.has_reached(point)).await;
    }

    pub(crate) fn let_go(&self, point: &str) {
        self.change(|table| table.held.remove(point));
    }

    /// A container ends by itself.
    pub(crate) fn exit(&self, task: &str, container: &str, code: i32) {
        self.change(|table| {
            let now = table.now;
            if let Some(container) = table.container(task, container) {
                container.exit.get_or_insert((code, now));
            }
        });
    }

    pub(crate) fn write(&self, task: &str, container: &str, line: &str) {
        self.change(|table| {
            table.container(task, container).expect("it was started").lines.push(line.to_owned());
        });
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, point: String) {
        self.change(|table| table.reached.insert(point.clone()));
        self.until(|table| !table.held.contains(&point)).await;
    }

    async fn effect<T>(&self, name: String, act: impl FnOnce(&mut Table) -> T) -> T {
        self.pass(format!("before {name}")).await;
        let value = self.change(|table| {
            table.done.push(name.clone());
            act(table)
        });
        self.pass(format!("after {name}")).await;
        value
    }
}

impl Table {
    pub(crate) fn container(&mut self, task: &str, name: &str) -> Option<&mut FakeContainer> {
        self.tasks.get_mut(task)?.containers.get_mut(name)
    }

    pub(crate) fn is_running(&self, task: &str, name: &str) -> bool {
        let container = self.tasks.get(task).and_then(|task| task.containers.get(name));
        container.is_some_and(|container| container.exit.is_none())
    }

    pub(crate) fn has_reached(&self, point: &str) -> bool {
        self.reached.contains(point)
    }

    pub(crate) fn times(&self, effect: &str) -> usize {
        self.done.iter().filter(|done| *done == effect).count()
    }
}

impl Host for FakeHost {
    fn now(&self) -> Timestamp {
        self.table().now
    }

    async fn wait_until(&self, at: Timestamp) {
        self.until(|table| table.now >= at).await;
    }

    async fn pull(
        &self,
        _assignment: &Assignment,
        container: &AssignedContainer,
    ) -> Result<ImageFacts, Failure> {
        let image = container.definition.image.as_str();
        let is_missing = |table: &mut Table| table.missing_images.contains(image);
        if self.effect(format!("pull {image}"), is_missing).await {
            let reason = format!("CannotPullContainerError: {image}: not found");
            return Err(Failure { reason });
        }
        Ok(ImageFacts { digest: format!("sha256:{image}"), stop_signal: None })
    }

    async fn attach_network(&self, assignment: &Assignment) -> Result<(), Failure> {
        let id = assignment.task.id.clone();
        let attach = |table: &mut Table| {
            table.tasks.entry(id).or_default().has_network = true;
        };
        self.effect(format!("network {}", assignment.task.id), attach).await;
        Ok(())
    }

    async fn resume(&self, _assignment: &Assignment) {}

    async fn launch(&self, assignment: &Assignment) -> Result<(), Failure> {
        let id = assignment.task.id.clone();
        let launch = |table: &mut Table| {
            table.tasks.entry(id).or_default().is_shim_alive = true;
        };
        self.effect(format!("launch {}", assignment.task.id), launch).await;
        Ok(())
    }

    async fn start(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
        _image: &ImageFacts,
    ) -> Result<Started, Failure> {
        let id = assignment.task.id.clone();
        let name = container.definition.name.clone();
        let begin = |table: &mut Table| {
            let now = table.now;
            let task = table.tasks.get_mut(&id).filter(|task| task.is_shim_alive)?;
            // As a shim does: one that was started is not started again.
            let container = task.containers.entry(name).or_insert_with(|| FakeContainer {
                starts: 1,
                started_at: now,
                ..FakeContainer::default()
            });
            Some(container.started_at)
        };
        let started = self.effect(format!("start {}", container.definition.name), begin).await;
        let runtime_id = format!("{}-{}", assignment.task.id, container.definition.name);
        match started {
            Some(at) => Ok(Started { runtime_id, at }),
            None => Err(Failure { reason: "CannotStartContainerError: no shim".to_owned() }),
        }
    }

    async fn started(&self, task: &TaskKey) -> Vec<(String, Started)> {
        self.look(|table| {
            let Some(found) = table.tasks.get(&task.id) else { return Vec::new() };
            let started = |(name, container): (&String, &FakeContainer)| {
                let runtime_id = format!("{}-{name}", task.id);
                (name.clone(), Started { runtime_id, at: container.started_at })
            };
            found.containers.iter().map(started).collect()
        })
    }

    async fn check(&self, _: &TaskKey, container: &str, _: &[String], _: Duration) -> bool {
        self.effect(format!("check {container}"), |table| !table.checks_fail).await
    }

    async fn signal(
        &self,
        task: &TaskKey,
        container: &str,
        signal: StopSignal,
    ) -> Result<(), Failure> {
        let verb = if signal == StopSignal::Kill { "kill" } else { "stop" };
        let send = |table: &mut Table| {
            let now = table.now;
            let is_obeyed = signal == StopSignal::Kill || !table.is_stubborn;
            let is_deaf = signal == StopSignal::Kill && table.is_deaf_to_kill;
            let code = if signal == StopSignal::Kill { 137 } else { 143 };
            match table.container(&task.id, container) {
                Some(found) if is_obeyed && !is_deaf => {
                    found.exit.get_or_insert((code, now));
                }
                Some(_) | None => {}
            }
            if is_deaf { Err(Failure { reason: "no answer".to_owned() }) } else { Ok(()) }
        };
        self.effect(format!("{verb} {container}"), send).await
    }

    async fn remove(&self, task: &TaskKey) -> Result<(), Failure> {
        let remove = |table: &mut Table| {
            if table.removals_fail > 0 {
                table.removals_fail -= 1;
                return Err(Failure { reason: "device busy".to_owned() });
            }
            let now = table.now;
            if let Some(task) = table.tasks.get_mut(&task.id) {
                (task.has_network, task.is_shim_alive) = (false, false);
                for container in task.containers.values_mut() {
                    container.exit.get_or_insert((137, now));
                }
            }
            Ok(())
        };
        self.effect(format!("remove {}", task.id), remove).await
    }

    async fn forget(&self, task: &TaskKey) {
        let forget = |table: &mut Table| {
            table.tasks.remove(&task.id);
        };
        self.effect(format!("forget {}", task.id), forget).await;
    }

    async fn next_exit(&self, task: &TaskKey, seen: &[String]) -> ContainerExit {
        let next = |table: &Table| -> Option<ContainerExit> {
            let held = table.tasks.get(&task.id).filter(|task| task.is_shim_alive);
            let Some(held) = held else { return Some(ContainerExit::Lost) };
            let unseen = |name: &&String| !seen.contains(name);
            held.containers.keys().filter(unseen).find_map(|name| {
                let (code, at) = held.containers.get(name)?.exit?;
                let container = name.clone();
                Some(ContainerExit::Exited { container, code, is_out_of_memory: false, at })
            })
        };
        self.until(|table| next(table).is_some()).await;
        self.look(next).expect("just seen, and ends are not undone")
    }

    async fn next_lines(
        &self,
        task: &TaskKey,
        container: &str,
        position: LogPosition,
    ) -> Option<LogChunk> {
        let from = usize::try_from(position.stdout).expect("few lines");
        let find = |table: &Table| -> Option<(Vec<String>, bool)> {
            let found = table.tasks.get(&task.id)?.containers.get(container)?;
            Some((found.lines.get(from..)?.to_vec(), found.exit.is_some()))
        };
        let is_settled = |table: &Table| {
            find(table).is_some_and(|(lines, is_over)| !lines.is_empty() || is_over)
        };
        self.until(is_settled).await;
        let (lines, _) = self.look(find).filter(|(lines, _)| !lines.is_empty())?;
        let end = position.stdout + lines.len() as u64;
        let at = self.now();
        let line = |message| LogLine { at, message };
        let next = LogPosition { stdout: end, stderr: end };
        Some(LogChunk { lines: lines.into_iter().map(line).collect(), next })
    }

    async fn release_lines(&self, _: &TaskKey, _: &str, _: LogPosition) {}

    async fn set_packet_rules(&self, _: PacketChange) {}

    async fn denied(&self) -> Result<Vec<DeniedTraffic>, Failure> {
        self.pass("denied".to_owned()).await;
        Ok(self.look(|table| table.denied.clone()))
    }

    async fn set_names(&self, names: &[NameRecord]) {
        self.change(|table| table.names = names.to_vec());
    }

    async fn collect_stale(&self, keep: &[TaskKey]) {
        self.change(|table| {
            table.tasks.retain(|id, _| keep.iter().any(|key| key.id == *id));
        });
    }

    async fn collect_images(&self, in_use: &BTreeSet<String>) -> Option<Timestamp> {
        self.effect("collect images".to_owned(), |table| {
            table.collections.push(in_use.clone());
            table.collect_again.take()
        })
        .await
    }
}
