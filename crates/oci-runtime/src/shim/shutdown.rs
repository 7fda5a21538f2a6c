//! The end of a task: containers, control groups and files are removed, and the shim with them.

use super::requests::failed;
use super::{Shim, reap};
use crate::files;
use crate::name::ContainerName;
use crate::protocol::{FailureKind, Phase, Reply};
use crate::signal::Signal;

impl Shim {
    pub(super) fn begin_shutdown(&mut self, connection: u64) {
        self.shutdown.get_or_insert_default().push(connection);
        for index in 0..self.containers.len() {
            let container = &mut self.containers[index];
            match container.phase {
                Phase::Running { pid, .. } => reap::signal(pid, Signal::KILL),
                Phase::Starting => container.pending_signal = Some(Signal::KILL),
                Phase::Created | Phase::Exited(_) | Phase::Failed(_) => {}
            }
        }
    }

    /// Goes as far as is possible now; called after whatever happened.
    pub(super) fn advance_shutdown(&mut self) {
        if self.shutdown.is_none() || self.is_finished {
            return;
        }
        for name in self.removable() {
            if let Some(Reply::Failed(failure)) = self.remove(None, &name) {
                self.fail_shutdown(&failure.message);
                return;
            }
        }
        if self.containers.is_empty() && self.jobs.is_empty() {
            match self.remove_task() {
                Ok(()) => {
                    for id in self.shutdown.iter_mut().flat_map(std::mem::take) {
                        self.connections.reply_at_end(id, &Reply::Done);
                    }
                }
                Err(message) => self.fail_shutdown(&message),
            }
        }
    }

    fn removable(&self) -> Vec<ContainerName> {
        self.containers
            .iter()
            .filter(|container| !container.is_removing)
            .filter(|container| !matches!(container.phase, Phase::Starting | Phase::Running { .. }))
            .map(|container| container.record.name.clone())
            .collect()
    }

    fn remove_task(&mut self) -> Result<(), String> {
        let group = &self.bundle.cgroup;
        self.hierarchy.kill_all(group).map_err(|error| error.to_string())?;
        self.hierarchy.remove(group).map_err(|error| error.to_string())?;
        files::remove_tree(self.layout.run_dir()).map_err(|error| error.to_string())?;
        self.is_finished = true;
        self.record();
        Ok(())
    }

    /// The shim stays, and may be asked again; if nobody had asked, nothing changes.
    pub(super) fn fail_shutdown(&mut self, message: &str) {
        for id in self.shutdown.take().into_iter().flatten() {
            self.connections.reply(id, &failed(FailureKind::Storage, message));
        }
    }
}
