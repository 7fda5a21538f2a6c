//! Calls of the OCI runtime program, and what its complaints mean.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::Shim;
use crate::files;
use crate::name::ContainerName;
use crate::protocol::{Failure, FailureKind};
use crate::sys;

/// LIMIT: of the runtime's own log, and so of a failure's text.
const LOG_BYTES_MAX: usize = 64 << 10;

/// The files a call uses: the runtime writes its log and the new process's id there.
#[derive(Clone, Debug)]
pub(super) struct CallFiles {
    pub(super) log: PathBuf,
    pub(super) pid: PathBuf,
}

impl CallFiles {
    pub(super) fn new(directory: &Path, call: &str) -> Self {
        let file = |extension: &str| directory.join(format!("{call}.{extension}"));
        Self { log: file("log"), pid: file("pid") }
    }

    pub(super) fn remove(&self) {
        // They go with the run directory at the latest.
        let _ = files::remove_file(&self.log);
        let _ = files::remove_file(&self.pid);
    }

    pub(super) fn read_pid(&self) -> Option<u32> {
        fs::read_to_string(&self.pid).ok()?.trim().parse().ok()
    }

    /// What the runtime says went wrong.
    pub(super) fn failure(&self, call: &str) -> Failure {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        failure(call, &text)
    }
}

impl Shim {
    /// Creates and starts a container in one call, which costs half of two.
    pub(super) fn call_run(
        &self,
        name: &ContainerName,
        [stdout, stderr]: [OwnedFd; 2],
    ) -> io::Result<u32> {
        let files = self.run_files(name);
        files.remove();
        let mut command = self.command(&files);
        command.args(["run", "--detach", "--bundle"]).arg(self.layout.container(name));
        command.arg("--pid-file").arg(&files.pid).arg(name.identifier());
        command.stdout(Stdio::from(stdout)).stderr(Stdio::from(stderr));
        Ok(command.spawn()?.id())
    }

    pub(super) fn call_exec(
        &self,
        name: &ContainerName,
        files: &CallFiles,
        process: &Path,
        output: OwnedFd,
    ) -> io::Result<u32> {
        let mut command = self.command(files);
        command.args(["exec", "--detach", "--process"]).arg(process);
        command.arg("--pid-file").arg(&files.pid).arg(name.identifier());
        command.stdout(Stdio::from(output.try_clone()?)).stderr(Stdio::from(output));
        Ok(command.spawn()?.id())
    }

    pub(super) fn call_delete(&self, name: &ContainerName) -> io::Result<u32> {
        let files = CallFiles::new(&self.layout.container(name), "delete");
        let mut command = self.command(&files);
        command.args(["delete", "--force"]).arg(name.identifier());
        Ok(command.spawn()?.id())
    }

    pub(super) fn run_files(&self, name: &ContainerName) -> CallFiles {
        CallFiles::new(&self.layout.container(name), "run")
    }

    /// Without our environment: there is nothing in it that the runtime needs. The child is
    /// not waited for through its handle; it is reaped with all the others.
    fn command(&self, files: &CallFiles) -> Command {
        let mut command = Command::new(&self.bundle.runtime);
        command.env_clear().arg("--root").arg(self.layout.runtime_root());
        command.arg("--log").arg(&files.log).args(["--log-format", "json"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The container inherits the mask, too.
        sys::end_with_us(sys::unblock_in(&mut command));
        command
    }
}

#[derive(Deserialize)]
struct LogLine {
    level: String,
    msg: String,
}

fn failure(call: &str, log: &str) -> Failure {
    let error = log
        .lines()
        .filter_map(|line| serde_json::from_str::<LogLine>(line).ok())
        .rfind(|line| line.level == "error" || line.level == "fatal");
    let Some(mut error) = error else {
        let message = format!("OCI runtime {call} failed without saying why");
        return Failure::new(FailureKind::Runtime, message);
    };
    let end = error.msg.floor_char_boundary(LOG_BYTES_MAX);
    error.msg.truncate(end);
    // COMPAT: Docker's words around runc's, as ECS shows them.
    let message = format!("OCI runtime {call} failed: {}", error.msg);
    Failure::new(classify(&error.msg), message)
}

/// The kernel's words are stable; runc's around them only for the most part.
fn classify(text: &str) -> FailureKind {
    let has = |part: &str| text.contains(part);
    if has("chdir to cwd") || has("mkdir cwd") || has("Cwd") {
        FailureKind::WorkingDirectory
    } else if has("executable file not found") || (has("exec:") && has("no such file")) {
        FailureKind::CommandNotFound
    } else if has("exec:") && (has("permission denied") || has("is a directory")) {
        FailureKind::PermissionDenied
    } else if has("mount") {
        FailureKind::Mount
    } else {
        FailureKind::Runtime
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, kind: FailureKind) {
        assert_eq!(classify(text), kind, "{text}");
    }

    #[test]
    fn complaints_of_runc_are_understood() {
        let exec = r#"runc run failed: unable to start container process: exec: "#;
        check(
            &format!("{exec}\"no\": executable file not found in $PATH"),
            FailureKind::CommandNotFound,
        );
        check(
            &format!("{exec}\"/no\": stat /no: no such file or directory"),
            FailureKind::CommandNotFound,
        );
        check(&format!("{exec}\"/etc/passwd\": permission denied"), FailureKind::PermissionDenied);
        check(
            "runc run failed: unable to start container process: error during container init: \
             error mounting \"/no\" to rootfs at \"/data\": stat /no: no such file or directory",
            FailureKind::Mount,
        );
        check("chdir to cwd (\"/x\") set in config.json failed", FailureKind::WorkingDirectory);
        check("container with given ID already exists", FailureKind::Runtime);
    }

    #[test]
    fn the_last_error_of_the_log_is_the_failure() {
        let log = "{\"level\":\"warning\",\"msg\":\"w\",\"time\":\"t\"}\n\
                   {\"level\":\"error\",\"msg\":\"runc run failed: x\",\"time\":\"t\"}\nnoise\n";
        assert_eq!(
            failure("create", log).ecs_reason(),
            "CannotStartContainerError: OCI runtime create failed: runc run failed: x"
        );
        assert_eq!(failure("create", "").kind, FailureKind::Runtime);
    }
}
