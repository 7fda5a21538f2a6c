//! What a shipper sends, by what it is answered.

use std::collections::BTreeSet;

use link::Listener;
use model::packet_rules::PacketChange;
use model::session::{Assignment, DeniedTraffic, LogLine, NameRecord};
use model::{Scope, Timestamp};

use super::*;
use crate::ports::{ContainerExit, Failure, ImageFacts, Started, StopSignal};

/// A container that wrote these lines, one record each, and ended.
struct Wrote(&'static [&'static str]);

impl Host for Wrote {
    async fn next_lines(&self, _: &TaskKey, _: &str, from: LogPosition) -> Option<LogChunk> {
        let rest = &self.0[usize::try_from(from.stdout).expect("small")..];
        let line = |text: &&str| LogLine { at: Timestamp::EPOCH, message: (*text).to_owned() };
        let end = self.0.len() as u64;
        (!rest.is_empty())
            .then(|| LogChunk { lines: rest.iter().map(line).collect(), next: place(end) })
    }
    async fn release_lines(&self, _: &TaskKey, _: &str, _: LogPosition) {}
    fn now(&self) -> Timestamp {
        Timestamp::EPOCH
    }
    async fn wait_until(&self, _: Timestamp) {
        unreachable!("a shipper only reads")
    }
    async fn pull(&self, _: &Assignment, _: &AssignedContainer) -> Result<ImageFacts, Failure> {
        unreachable!("a shipper only reads")
    }
    async fn attach_network(&self, _: &Assignment) -> Result<(), Failure> {
        unreachable!("a shipper only reads")
    }
    async fn resume(&self, _assignment: &Assignment) {}

    async fn launch(&self, _: &Assignment) -> Result<(), Failure> {
        unreachable!("a shipper only reads")
    }
    async fn start(
        &self,
        _: &Assignment,
        _: &AssignedContainer,
        _: &ImageFacts,
    ) -> Result<Started, Failure> {
        unreachable!("a shipper only reads")
    }
    async fn started(&self, _: &TaskKey) -> Vec<(String, Started)> {
        unreachable!("a shipper only reads")
    }
    async fn check(&self, _: &TaskKey, _: &str, _: &[String], _: Duration) -> bool {
        unreachable!("a shipper only reads")
    }
    async fn signal(&self, _: &TaskKey, _: &str, _: StopSignal) -> Result<(), Failure> {
        unreachable!("a shipper only reads")
    }
    async fn remove(&self, _: &TaskKey) -> Result<(), Failure> {
        unreachable!("a shipper only reads")
    }
    async fn forget(&self, _: &TaskKey) {}
    async fn next_exit(&self, _: &TaskKey, _: &[String]) -> ContainerExit {
        unreachable!("a shipper only reads")
    }
    async fn set_packet_rules(&self, _: PacketChange) {
        unreachable!("a shipper only reads")
    }

    async fn denied(&self) -> Result<Vec<DeniedTraffic>, Failure> {
        unreachable!("a shipper only reads")
    }

    async fn set_names(&self, _: &[NameRecord]) {}
    async fn collect_stale(&self, _: &[TaskKey]) {}
    async fn collect_images(&self, _: &BTreeSet<String>) -> Option<Timestamp> {
        unreachable!("a shipper only reads")
    }
}

fn place(records: u64) -> LogPosition {
    LogPosition { stdout: records, stderr: records }
}

fn container() -> AssignedContainer {
    let definition = serde_json::from_str(
        r#"{"name":"c","image":"i","cpu_units":0,"port_mappings":[],
        "is_essential":true,"environment":[],"depends_on":[],
        "is_root_filesystem_readonly":false,"is_init_process_enabled":false,
        "capabilities_add":[],"capabilities_drop":[],"ulimits":[],"tmpfs":[],
        "system_controls":[],"extra_hosts":[],
        "log_configuration":{"group":"g","region":"r","stream_prefix":"p",
            "is_group_created":false,"options":{}}}"#,
    );
    let definition = definition.expect("the container is well formed");
    AssignedContainer { id: "id".to_owned(), definition }
}

/// Ships, while control answers as told: the places of the batches that it got, and
/// the outcomes that the runner was told of. `None` ends the link without an answer.
async fn ship(answers: &[Option<LogAnswer>]) -> (Vec<(u64, u64)>, Vec<Outcome>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("control.sock");
    let listener = Listener::bind(&path).expect("a listener");
    let (shipped, mut outcomes) = mpsc::channel(16);
    let shipper = Shipper {
        host: Arc::new(Wrote(&["a", "b", "c"])),
        control_socket: path,
        task: TaskKey { scope: Scope::new("1", "r"), cluster: "c".into(), id: "t".into() },
        container: container(),
        position: LogPosition::default(),
        shipped,
    };
    let control = async {
        let mut got = Vec::new();
        let mut link: Option<Link<LogBatch, LogAnswer>> = None;
        for answer in answers {
            let mut open = if let Some(open) = link.take() {
                open
            } else {
                let incoming = listener.incoming().await.expect("a shipper");
                incoming.accept().await.expect("a link").into_link()
            };
            let batch = open.receive().await.expect("a batch").expect("a batch");
            assert_eq!(batch.to.stdout - batch.from.stdout, batch.lines.len() as u64);
            got.push((batch.from.stdout, batch.to.stdout));
            if let Some(answer) = answer {
                open.send(answer).await.expect("it listens");
                link = Some(open);
            }
        }
        got
    };
    let ((), got) = tokio::join!(shipper.run(), control);
    let mut told = Vec::new();
    while let Some(outcome) = outcomes.recv().await {
        told.push(outcome);
    }
    (got, told)
}

fn shipped(records: u64) -> Outcome {
    Outcome::Shipped { container: "c".to_owned(), position: place(records) }
}

fn shipped_all() -> Outcome {
    Outcome::ShippedAll { container: "c".to_owned() }
}

#[tokio::test]
async fn a_batch_without_an_answer_is_sent_again() {
    let (got, told) = ship(&[None, Some(LogAnswer::Stored)]).await;
    assert_eq!(got, [(0, 3), (0, 3)]);
    assert_eq!(told, [shipped(3), shipped_all()]);
}

#[tokio::test]
async fn what_is_stored_already_is_passed_over() {
    let resume = LogAnswer::Resume { from: place(2) };
    let (got, told) = ship(&[Some(resume), Some(LogAnswer::Stored)]).await;
    assert_eq!(got, [(0, 3), (2, 3)]);
    assert_eq!(told, [shipped(2), shipped(3), shipped_all()]);
}

#[tokio::test]
async fn what_is_refused_is_not_sent_again() {
    let refused = LogAnswer::Refused { reason: "the group is missing".to_owned() };
    let (got, told) = ship(&[Some(refused)]).await;
    assert_eq!(got, [(0, 3)]);
    assert_eq!(told, [shipped(3), shipped_all()]);
}
