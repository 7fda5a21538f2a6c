//! A host, a control and a node between them, and assignments to give it.

use std::path::PathBuf;
use std::sync::PoisonError;

use model::session::{
    AssignedContainer, Assignment, NodeFacts, SESSION_VERSION, TaskReport, TaskSpec,
};
use model::task_identity::SecretText;
use model::{ContainerDefinition, Scope, TaskKey, TaskState};
use node::{Node, NodeConfig};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::fake_control::{Control, Logs, Session};
use crate::fake_host::FakeHost;

pub(crate) struct Setting {
    pub(crate) host: FakeHost,
    pub(crate) logs: Logs,
    folder: TempDir,
    node: JoinSet<()>,
}

impl Setting {
    pub(crate) fn new() -> Setting {
        Setting {
            host: FakeHost::new(),
            logs: Logs::default(),
            folder: tempfile::tempdir().expect("a folder"),
            node: JoinSet::new(),
        }
    }

    pub(crate) fn control(&self) -> Control {
        Control::start(&self.socket(), &self.logs)
    }

    /// A node process begins. Only one may run.
    pub(crate) async fn start_node(&mut self) {
        assert!(self.node.is_empty(), "one node runs already");
        let facts = NodeFacts {
            version: SESSION_VERSION,
            id: "local".to_owned(),
            availability_zones: Vec::new(),
            cpu_units: 2048,
            memory_mib: 4096,
            cpu_architecture: "X86_64".to_owned(),
            host_ranges: Vec::new(),
        };
        let config = NodeConfig {
            facts,
            key: SecretText::new("key"),
            control_socket: self.socket(),
            data_dir: self.folder.path().join("journal"),
        };
        let node = Node::open(self.host.clone(), config).await.expect("a readable journal");
        self.node.spawn(node.run(CancellationToken::new()));
    }

    /// Ends the node wherever it is, as SIGKILL does.
    pub(crate) async fn kill_node(&mut self) {
        self.node.shutdown().await;
    }

    /// The journals that are there.
    pub(crate) fn journals(&self) -> Vec<String> {
        let folder = std::fs::read_dir(self.folder.path().join("journal")).expect("a folder");
        let names = folder.map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name != "names.json").collect()
    }

    pub(crate) fn lines(&self, stream: &str) -> Vec<String> {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.get(stream).map(|(_, lines)| lines.clone()).unwrap_or_default()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("control.sock")
    }
}

/// A node with its session, and one task that runs on it.
pub(crate) async fn running(task: &Assignment) -> (Setting, Control, Session) {
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.start_node().await;
    let mut session = control.session().await;
    session.desire(std::slice::from_ref(task)).await;
    session.until(&task.task.id, TaskState::Running).await;
    (setting, control, session)
}

/// Control has the task as stopped, so the node lets go of it; nothing may stay.
pub(crate) async fn expect_nothing_left(
    setting: &Setting,
    session: &mut Session,
    task: &Assignment,
) {
    session.remove(task).await;
    let forget = format!("forget {}", task.task.id);
    setting.host.until(|table| table.times(&forget) > 0).await;
    // The journal goes after the last effect, the collection of images after the journal.
    let before = setting.host.look(|table| table.collections.len());
    setting.host.advance_until(|table| table.collections.len() > before).await;
    assert_eq!(setting.journals(), [""; 0]);
    assert!(setting.host.look(|table| table.tasks.is_empty()));
}

/// A task with the containers of these lines: `NAME [logged] [checked] [stop=SECONDS]`.
pub(crate) fn task(id: &str, lines: &str) -> Assignment {
    Assignment {
        task: TaskKey {
            scope: Scope::new("000000000000", "us-east-1"),
            cluster: "c".to_owned(),
            id: id.to_owned(),
        },
        generation: 1,
        is_stopping: false,
        is_begun: false,
        spec: TaskSpec {
            containers: lines.lines().map(|line| container(line.trim())).collect(),
            cpu_units: None,
            memory_mib: None,
            interface: None,
            has_task_role: false,
            family: "f".to_owned(),
            revision: 1,
        },
    }
}

fn container(line: &str) -> AssignedContainer {
    let mut words = line.split_whitespace();
    let name = words.next().expect("a name");
    let words: Vec<&str> = words.collect();
    let stop = words.iter().find_map(|word| word.strip_prefix("stop=")).unwrap_or("30");
    let logs = if words.contains(&"logged") {
        r#"{"group":"g","region":"us-east-1","stream_prefix":"p","is_group_created":true,
            "options":{}}"#
    } else {
        "null"
    };
    let check = if words.contains(&"checked") {
        r#"{"command":["CMD","true"],"interval_secs":5,"timeout_secs":2,"retries":2,
            "start_period_secs":0}"#
    } else {
        "null"
    };
    let definition: ContainerDefinition = serde_json::from_str(&format!(
        r#"{{"name":"{name}","image":"{name}:1","cpu_units":0,"port_mappings":[],
        "is_essential":true,"environment":[],"depends_on":[],
        "is_root_filesystem_readonly":false,"is_init_process_enabled":false,
        "capabilities_add":[],"capabilities_drop":[],"ulimits":[],"tmpfs":[],
        "system_controls":[],"extra_hosts":[],"stop_timeout_secs":{stop},
        "log_configuration":{logs},"health_check":{check}}}"#,
    ))
    .expect("the container is well formed");
    AssignedContainer { id: name.to_owned(), definition }
}

/// The same task, told to stop.
pub(crate) fn stopping(task: &Assignment) -> Assignment {
    Assignment { is_stopping: true, generation: task.generation + 1, ..task.clone() }
}

pub(crate) fn exit_code(report: &TaskReport) -> Option<i32> {
    report.containers[0].exit_code
}
