//! Answers a node that asks for what a task is given by its roles: one question, one answer.

use link::Link;
use model::task_identity::{IdentityAnswer, IdentityRequest, Wanted};

use crate::node_session::SessionError;
use crate::sessions::SessionState;

pub(crate) async fn run(
    mut link: Link<IdentityRequest, IdentityAnswer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let Some(request) = link.receive().await? else { return Ok(()) };
    if !state.node_key.is_same(&request.key) {
        return Err(SessionError::WrongKey);
    }
    let of = (request.node.as_str(), &request.task);
    let answer = match request.wanted {
        Wanted::Start => {
            let values = state.api.start_values(of, state.clock.now(), &*state.objects).await;
            values.map(|values| IdentityAnswer::Start(Box::new(values)))
        }
        Wanted::Credentials => {
            let given = state.api.task_credentials(of, state.clock.now());
            given.map(|given| IdentityAnswer::Credentials(Box::new(given)))
        }
    };
    let answer = answer.unwrap_or_else(|reason| {
        tracing::warn!(task = request.task.id, reason, "a task is refused what it asks for");
        IdentityAnswer::Refused { reason }
    });
    Ok(link.send(&answer).await?)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use link::Listener;
    use model::session::{FromNode, NodeFacts, SESSION_VERSION, ToNode};
    use model::task_identity::SecretText;
    use model::{Scope, TaskKey, Timestamp};
    use observe::Logs;
    use store::{MemoryEngine, Store};
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::sessions::testing;
    use crate::{Clock, serve_sessions};

    /// Sessions that are served, and the store behind them.
    struct Served {
        store: Store,
        socket: PathBuf,
        _folder: tempfile::TempDir,
        _tracker: TaskTracker,
    }

    fn served() -> Served {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(MemoryEngine::new()).expect("a new store");
        let logs = Logs::open(&folder.path().join("logs")).expect("a new store");
        let socket = folder.path().join("control.sock");
        let listener = Listener::bind(&socket).expect("a listener");
        let state = testing::state((&store, &logs), Clock::new(|| Timestamp::EPOCH));
        let tracker = TaskTracker::new();
        let stop = CancellationToken::new();
        tracker.spawn(serve_sessions(listener, state, tracker.clone(), stop));
        Served { store, socket, _folder: folder, _tracker: tracker }
    }

    async fn ask(served: &Served, key: &str) -> Option<IdentityAnswer> {
        let link = link::connect::<IdentityAnswer, IdentityRequest>(&served.socket, "/identity");
        let mut link = link.await.expect("it listens");
        let task =
            TaskKey { scope: Scope::new("1", "r"), cluster: "c".to_owned(), id: "t".to_owned() };
        let (node, key) = ("local".to_owned(), SecretText::new(key));
        let request = IdentityRequest { node, key, task, wanted: Wanted::Credentials };
        link.send(&request).await.expect("it is heard");
        link.receive().await.ok().flatten()
    }

    #[tokio::test]
    async fn who_does_not_have_the_key_is_not_answered() {
        let served = served();
        assert_eq!(ask(&served, "another").await, None);
        let reason = "node `local` does not hold task `t`".to_owned();
        assert_eq!(ask(&served, "key").await, Some(IdentityAnswer::Refused { reason }));
    }

    #[tokio::test]
    async fn who_does_not_have_the_key_is_no_node() {
        let served = served();
        let link = link::connect::<ToNode, FromNode>(&served.socket, "/node");
        let mut link = link.await.expect("it listens");
        let facts = NodeFacts {
            version: SESSION_VERSION,
            id: "local".to_owned(),
            availability_zones: Vec::new(),
            cpu_units: 1,
            memory_mib: 1,
            cpu_architecture: "X86_64".to_owned(),
            host_ranges: Vec::new(),
        };
        let hello = FromNode::Hello { facts, key: SecretText::new("another") };
        link.send(&hello).await.expect("it is heard");
        assert_eq!(link.receive().await.ok().flatten(), None);
        assert!(served.store.snapshot().nodes.is_empty());
    }
}
