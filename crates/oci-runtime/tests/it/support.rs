//! A task in a place of its own that is gone afterwards, whatever happened in the test.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use oci_runtime::cgroup::Hierarchy;
use oci_runtime::logs::{LogLine, Position, Stream};
use oci_runtime::{
    ContainerName, ContainerSpec, Environment, EventKind, ExecResult, ExecSpec, Exit, Network,
    Phase, TaskBundle, TaskHandle, TaskLimits, cleanup, launch,
};

pub(crate) const SHIM: &str = env!("CARGO_BIN_EXE_oci-runtime-shim");
/// For what takes milliseconds; on a busy host, seconds.
const PATIENCE: Duration = Duration::from_mins(1);
const APPLETS: &[&str] = &[
    "cat", "chmod", "dd", "echo", "false", "grep", "head", "hostname", "id", "kill", "ls", "mkdir",
    "mount", "nproc", "ps", "sh", "sleep", "tail", "touch", "tr", "true", "ulimit", "unshare",
    "yes", "seq", "cut", "printf", "awk", "pwd", "env", "ip", "test",
];

static TASKS: AtomicU32 = AtomicU32::new(0);

pub(crate) struct TestTask {
    pub(crate) handle: TaskHandle,
    pub(crate) directory: tempfile::TempDir,
    instance: PathBuf,
}

impl TestTask {
    pub(crate) async fn new() -> Self {
        Self::with(TaskLimits::default(), Network::Host).await
    }

    pub(crate) async fn with(limits: TaskLimits, network: Network) -> Self {
        let number = TASKS.fetch_add(1, Ordering::Relaxed);
        let instance = PathBuf::from(format!("/oci-test-{}-{number}", std::process::id()));
        let directory = tempfile::tempdir().expect("a temporary directory");
        make_rootfs(&directory.path().join("root"));
        let bundle = TaskBundle {
            // Deeper than a socket's address is long.
            run_dir: directory.path().join("run").join("r".repeat(120)),
            task_dir: directory.path().join("tasks/one"),
            cgroup: instance.join("task"),
            network,
            limits,
            runtime: "/usr/sbin/runc".into(),
        };
        let handle = launch(bundle, Path::new(SHIM)).await.expect("a shim");
        Self { handle, directory, instance }
    }

    pub(crate) fn task_dir(&self) -> &Path {
        &self.handle.bundle().task_dir
    }

    pub(crate) fn rootfs(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// A container that runs a line of shell.
    pub(crate) fn shell(&self, name: &str, line: &str) -> ContainerSpec {
        self.spec(name, &["/bin/sh", "-c", line])
    }

    pub(crate) fn spec(&self, name: &str, args: &[&str]) -> ContainerSpec {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        ContainerSpec::new(self::name(name), self.rootfs(), args)
    }

    pub(crate) async fn start(&self, spec: ContainerSpec) -> ContainerName {
        let name = spec.name.clone();
        self.handle.create(spec).await.expect("created");
        self.handle.start(&name).await.expect("started");
        name
    }

    /// Runs a container to its end; what it wrote to both streams, and how it ended.
    pub(crate) async fn run(&self, spec: ContainerSpec) -> (String, Exit) {
        let name = self.start(spec).await;
        let exit = self.exit(&name).await;
        (self.text(&name).await, exit)
    }

    pub(crate) async fn exit(&self, name: &ContainerName) -> Exit {
        tokio::time::timeout(PATIENCE, self.exit_event(name)).await.expect("the container ends");
        match self.phase(name).await {
            Phase::Exited(exit) => exit,
            other => panic!("an exit event, but {other:?}"),
        }
    }

    async fn exit_event(&self, name: &ContainerName) {
        let mut events = self.handle.events(0).await.expect("events");
        while let Some(event) = events.next().await.expect("an event") {
            if event.kind == EventKind::Exited && event.container == *name {
                return;
            }
        }
        panic!("the shim is gone");
    }

    pub(crate) async fn phase(&self, name: &ContainerName) -> Phase {
        let state = self.handle.state().await.expect("a state");
        let found = state.containers.into_iter().find(|container| container.name == *name);
        found.expect("the container is known").phase
    }

    /// Every line of a log that has ended.
    pub(crate) async fn lines(&self, name: &ContainerName) -> Vec<LogLine> {
        let mut reader = self.handle.log_reader(name, Position::default());
        let mut lines = Vec::new();
        loop {
            let next = reader.position().acknowledged();
            let wait = self.handle.log_wait(name, next);
            let progress =
                tokio::time::timeout(PATIENCE, wait).await.expect("output").expect("progress");
            loop {
                let batch = reader.read().expect("a readable log");
                assert_eq!(batch.lost, 0);
                if batch.lines.is_empty() {
                    break;
                }
                lines.extend(batch.lines);
            }
            if progress.is_closed {
                return lines;
            }
        }
    }

    pub(crate) async fn text(&self, name: &ContainerName) -> String {
        text(&self.lines(name).await)
    }

    /// Waits until the container has written this line, which says that it is ready.
    pub(crate) async fn written(&self, name: &ContainerName, wanted: &str) {
        let mut reader = self.handle.log_reader(name, Position::default());
        let follow = async {
            loop {
                let batch = reader.read().expect("a readable log");
                if batch.lines.iter().any(|line| line.bytes == wanted.as_bytes()) {
                    return;
                }
                if batch.lines.is_empty() {
                    let next = reader.position().acknowledged();
                    let progress = self.handle.log_wait(name, next).await.expect("progress");
                    assert!(progress.next > next || !progress.is_closed, "{wanted:?} never came");
                }
            }
        };
        tokio::time::timeout(PATIENCE, follow).await.expect("the line comes");
    }

    pub(crate) async fn exec(&self, name: &ContainerName, line: &str) -> ExecResult {
        let spec = exec_spec(line, PATIENCE);
        self.handle.exec(name, spec).await.expect("an answer")
    }

    pub(crate) fn cgroup_file(&self, tree: &str, name: &ContainerName, file: &str) -> String {
        let group = self.handle.bundle().cgroup.join(name.identifier());
        read_cgroup(tree, &group, file)
    }

    pub(crate) fn task_cgroup_file(&self, tree: &str, file: &str) -> String {
        read_cgroup(tree, &self.handle.bundle().cgroup, file)
    }

    /// What there must not be any more after the task's end.
    pub(crate) fn assert_nothing_left(&self) {
        assert!(!self.handle.bundle().run_dir.exists(), "the run directory is there");
        for tree in fs::read_dir("/sys/fs/cgroup").expect("cgroups").flatten() {
            let group = tree
                .path()
                .join(self.handle.bundle().cgroup.strip_prefix("/").expect("an absolute path"));
            assert!(!group.exists(), "{} is there", group.display());
        }
        let marker = self.directory.path().as_os_str().as_encoded_bytes();
        for process in fs::read_dir("/proc").expect("proc").flatten() {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let is_ours = line.windows(marker.len()).any(|window| window == marker);
            assert!(!is_ours, "{} runs", String::from_utf8_lossy(&line));
        }
    }
}

impl Drop for TestTask {
    fn drop(&mut self) {
        let task_dir = self.task_dir().to_owned();
        let instance = self.instance.clone();
        // A thread of its own, since the test's runtime is busy with this very drop.
        let cleaner = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let cleaned = runtime.block_on(cleanup(&task_dir));
            let hierarchy = Hierarchy::detect().expect("cgroups");
            let removed = hierarchy.remove(&instance);
            (cleaned, removed)
        });
        let result = cleaner.join();
        if !std::thread::panicking() {
            let (cleaned, removed) = result.expect("the cleaner does not panic");
            cleaned.expect("cleaned up");
            removed.expect("the instance's cgroup is removed");
        }
    }
}

pub(crate) fn name(name: &str) -> ContainerName {
    ContainerName::new(name).expect("a valid name")
}

pub(crate) fn exec_spec(line: &str, timeout: Duration) -> ExecSpec {
    ExecSpec {
        args: ["/bin/sh", "-c", line].map(str::to_owned).to_vec(),
        environment: Environment::default(),
        user: None,
        working_directory: None,
        timeout,
    }
}

pub(crate) fn text(lines: &[LogLine]) -> String {
    lines
        .iter()
        .fold(String::new(), |text, line| text + &String::from_utf8_lossy(&line.bytes) + "\n")
}

pub(crate) fn of_stream(lines: &[LogLine], stream: Stream) -> String {
    let own: Vec<LogLine> = lines.iter().filter(|line| line.stream == stream).cloned().collect();
    text(&own)
}

/// The value after a field's name in text like that of `/proc/self/status`.
pub(crate) fn field(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no `{name}` in {text}")).trim().to_owned()
}

fn read_cgroup(tree: &str, group: &Path, file: &str) -> String {
    let group = group.strip_prefix("/").expect("an absolute path");
    let is_unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let root = if is_unified { "/sys/fs/cgroup".into() } else { format!("/sys/fs/cgroup/{tree}") };
    let path = Path::new(&root).join(group).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn make_rootfs(root: &Path) {
    for directory in ["bin", "etc", "tmp", "proc", "dev", "sys"] {
        fs::create_dir_all(root.join(directory)).expect("a new directory");
    }
    fs::copy("/usr/bin/busybox", root.join("bin/busybox")).expect("busybox-static is installed");
    for applet in APPLETS {
        symlink("busybox", root.join("bin").join(applet)).expect("a new link");
    }
    fs::write(root.join("etc/passwd"), "root:x:0:0::/root:/bin/sh\nweb:x:33:34::/srv:/bin/sh\n")
        .expect("a new file");
    fs::write(root.join("etc/group"), "root:x:0:\nweb:x:34:\nlog:x:50:web\n").expect("a new file");
}
