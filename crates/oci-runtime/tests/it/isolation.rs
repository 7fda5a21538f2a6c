//! What a container sees and may do.

use std::fs;
use std::process::Command;

use oci_runtime::{
    BindMount, ExecOutcome, MountAccess, Network, RootAccess, TaskLimits, Tmpfs, Ulimit,
};

use crate::support::{TestTask, field, name};

#[tokio::test]
async fn the_default_is_closed() {
    let task = TestTask::new().await;
    let line = "cat /proc/self/status; mount -t tmpfs none /tmp; unshare -n true; \
                echo 1 > /proc/sys/kernel/panic; touch /sys/x; head -c1 /proc/kcore | cat; \
                echo pid:$$";
    let (text, _) = task.run(task.shell("web", line)).await;
    assert_eq!(field(&text, "NoNewPrivs"), "1");
    assert_eq!(field(&text, "Seccomp"), "2");
    assert_eq!(field(&text, "CapEff"), "00000000a80425fb", "Docker's default set");
    assert_eq!(field(&text, "CapInh"), "0000000000000000");
    assert_eq!(field(&text, "pid"), "1");
    for refused in ["mount: ", "unshare: ", "/proc/sys/kernel/panic: ", "/sys/x: "] {
        assert!(text.contains(refused), "{refused} in {text}");
    }
}

#[tokio::test]
async fn capabilities_change_as_asked() {
    let task = TestTask::new().await;
    let mut spec = task.shell("web", "cat /proc/self/status");
    spec.process.capabilities.drop = vec!["ALL".to_owned()];
    spec.process.capabilities.add = vec!["NET_BIND_SERVICE".to_owned()];
    let (text, _) = task.run(spec).await;
    assert_eq!(field(&text, "CapEff"), "0000000000000400");
    assert_eq!(field(&text, "CapBnd"), "0000000000000400");
}

#[tokio::test]
async fn users_come_from_the_image() {
    let task = TestTask::new().await;
    let mut spec = task.shell("web", "id -u; id -g; id -G; echo $HOME; cat /proc/self/status");
    spec.process.user = "web".to_owned();
    let (text, _) = task.run(spec).await;
    let lines: Vec<&str> = text.lines().take(4).collect();
    assert_eq!(lines, ["33", "34", "34 50", "/srv"]);
    assert_eq!(field(&text, "CapEff"), "0000000000000000");

    let mut spec = task.shell("other", "id -u; id -g");
    spec.process.user = "4711:12".to_owned();
    assert_eq!(task.run(spec).await.0, "4711\n12\n");
}

#[tokio::test]
async fn a_read_only_root_stays_as_it_is() {
    let task = TestTask::new().await;
    let mut spec = task.shell("web", "touch /tmp/x && echo written; touch /scratch/x && echo ok");
    spec.root_access = RootAccess::ReadOnly;
    fs::create_dir(task.rootfs().join("scratch")).expect("a new directory");
    spec.tmpfs =
        vec![Tmpfs { destination: "/scratch".to_owned(), size_bytes: 1 << 20, options: vec![] }];
    let (text, _) = task.run(spec).await;
    assert!(text.contains("/tmp/x: Read-only file system\n") && text.contains("ok\n"), "{text}");
    assert!(!task.rootfs().join("tmp/x").exists());
}

#[tokio::test]
async fn settings_of_the_process_arrive() {
    let task = TestTask::new().await;
    let outside = task.directory.path().join("volume");
    fs::create_dir(&outside).expect("a new directory");
    let line = "hostname; pwd; echo $A; ulimit -n; cat /proc/self/oom_score_adj; \
                echo x > /data/file; echo x > /fixed/file; \
                awk '$2 == \"/dev/shm\" {print $4}' /proc/mounts";
    let mut spec = task.shell("web", line);
    spec.hostname = Some("web-host".to_owned());
    spec.shared_memory_bytes = 8 << 20;
    spec.process.working_directory = "/srv/app".to_owned();
    spec.process.environment = oci_runtime::Environment::new([("A", "b c")]);
    spec.process.oom_score_adjust = 17;
    spec.process.ulimits = vec![Ulimit { name: "nofile".to_owned(), soft: 123, hard: 456 }];
    let mount = |destination: &str, access| BindMount {
        source: outside.clone(),
        destination: destination.to_owned(),
        access,
    };
    spec.mounts =
        vec![mount("/data", MountAccess::ReadWrite), mount("/fixed", MountAccess::ReadOnly)];
    let (text, _) = task.run(spec).await;
    for part in ["web-host\n/srv/app\nb c\n123\n17\n", "/fixed/file: Read-only", "size=8192k"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert_eq!(fs::read_to_string(outside.join("file")).expect("it was written"), "x\n");
}

#[tokio::test]
async fn limits_are_in_the_cgroups() {
    let limits =
        TaskLimits { cpu_units: Some(256), memory_bytes: Some(128 << 20), pids: Some(100) };
    let task = TestTask::with(limits, Network::Host).await;
    let mut spec = task.shell("web", "sleep 1000");
    spec.resources.cpu_shares = Some(128);
    spec.resources.cpu_limit_units = Some(128);
    spec.resources.memory_limit_bytes = Some(64 << 20);
    spec.resources.memory_reservation_bytes = Some(32 << 20);
    spec.resources.pids = Some(20);
    let web = task.start(spec).await;
    let usage = task.handle.usage(&web).await.expect("usage");
    assert_eq!(usage.memory_limit_bytes, Some(64 << 20));
    assert_eq!(usage.pids, Some(1));
    assert!(usage.cpu_us.is_some_and(|time| time > 0) && usage.memory_bytes.is_some());
    assert_eq!(task.handle.task_usage().await.expect("usage").memory_limit_bytes, Some(128 << 20));
    if std::path::Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
        assert_eq!(task.task_cgroup_file("", "cpu.max"), "25000 100000\n");
        assert_eq!(task.cgroup_file("", &web, "cpu.max"), "12500 100000\n");
        return;
    }
    assert_eq!(task.task_cgroup_file("cpu", "cpu.cfs_quota_us"), "25000\n");
    assert_eq!(task.cgroup_file("cpu", &web, "cpu.cfs_quota_us"), "12500\n");
    assert_eq!(task.cgroup_file("cpu", &web, "cpu.shares"), "128\n");
    let soft = task.cgroup_file("memory", &web, "memory.soft_limit_in_bytes");
    assert_eq!(soft, format!("{}\n", 32 << 20));
    assert_eq!(task.cgroup_file("pids", &web, "pids.max"), "20\n");
}

struct Namespace(String);

impl Namespace {
    fn new() -> Self {
        let namespace = Self(format!("oci-test-{}", std::process::id()));
        namespace.ip("add");
        namespace
    }

    fn ip(&self, verb: &str) {
        let status = Command::new("ip").args(["netns", verb, &self.0]).status();
        assert!(status.expect("iproute2 is installed").success());
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        self.ip("delete");
    }
}

#[tokio::test]
async fn the_network_namespace_is_joined() {
    let namespace = Namespace::new();
    let path = format!("/run/netns/{}", namespace.0);
    let task = TestTask::with(TaskLimits::default(), Network::Namespace(path.into())).await;
    let line = "cat /proc/net/dev | grep -c :; \
                cat /proc/sys/net/ipv4/ip_unprivileged_port_start; sleep 1000";
    let mut spec = task.shell("web", line);
    spec.sysctls.insert("net.ipv4.ip_unprivileged_port_start".to_owned(), "77".to_owned());
    let web = task.start(spec).await;
    task.written(&web, "77").await;
    let result = task.exec(&web, "ls /sys/class/net").await;
    assert_eq!(result.outcome, ExecOutcome::Exited { code: 0 });
    assert!(!result.output.contains("eth"), "{}", result.output);
    task.handle.shutdown().await.expect("shut down");
    assert_eq!(
        task.handle
            .log_reader(&name("web"), oci_runtime::logs::Position::default())
            .read()
            .expect("a readable log")
            .lines[0]
            .bytes,
        b"1"
    );
}
