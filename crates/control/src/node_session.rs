//! A node's session: what it is to hold goes out, what it observed comes in.
//!
//! INVARIANT: what the node was last sent is all that a delta is made against, so a
//! new session starts from the whole.

use link::{Link, LinkError};
use model::session::{FromNode, NodeFacts, SESSION_VERSION, TaskReport, ToNode};
use model::{Node, Plan};
use observe::LogsError;
use planner::assignment::Sent;
use planner::report;
use store::{Closed, CommitError, Store, TransactError};

use crate::clock::Clock;
use crate::inquiries::Inquiry;
use crate::sessions::SessionState;
use crate::settled::Progress;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error("it speaks version {0} of the session, and this is {SESSION_VERSION}")]
    Version(u32),
    #[error("it does not have the node's key")]
    WrongKey,
    #[error("it did not say who it is")]
    NoHello,
    #[error("the store is closed")]
    Closed,
    #[error("what it reports is not committed")]
    Commit(#[source] CommitError),
    #[error(transparent)]
    Logs(#[from] LogsError),
}

impl From<Closed> for SessionError {
    fn from(_: Closed) -> SessionError {
        SessionError::Closed
    }
}

pub(crate) async fn run(
    mut link: Link<FromNode, ToNode>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let facts = match link.receive().await? {
        Some(FromNode::Hello { facts, .. }) if facts.version != SESSION_VERSION => {
            return Err(SessionError::Version(facts.version));
        }
        Some(FromNode::Hello { facts, key }) if state.node_key.is_same(&key) => facts,
        Some(FromNode::Hello { .. }) => return Err(SessionError::WrongKey),
        Some(FromNode::Report(_) | FromNode::Settled { .. } | FromNode::Denied(_)) | None => {
            return Err(SessionError::NoHello);
        }
    };
    let session = state.presence.begin(&facts.id);
    connect(&state.store, &facts, &state.clock).await?;
    tracing::info!(node = facts.id, "a node joined");
    let ended = converse(&mut link, state, (&facts.id, session)).await;
    disconnect(state, &facts.id, session).await?;
    ended
}

async fn converse(
    link: &mut Link<FromNode, ToNode>,
    state: &SessionState,
    (node, session): (&str, u64),
) -> Result<(), SessionError> {
    let mut watcher = state.store.watch();
    let snapshot = state.store.snapshot();
    let mut sent = Sent::default();
    let first = sent.whole(&snapshot, node);
    link.send(&first).await?;
    let revision = snapshot.revision;
    let mut progress = Progress { sent: revision, seen: revision, answered: None };
    let mut inquiry = Inquiry::new(state.inquiries.join(node));
    loop {
        tokio::select! {
            message = link.receive() => match message? {
                Some(FromNode::Report(report)) => receive(state, (node, session), &report).await?,
                Some(FromNode::Settled { revision }) => progress.answered = Some(revision),
                Some(FromNode::Denied(denied)) => inquiry.answer(&denied),
                // It has said so before.
                Some(FromNode::Hello { .. }) => {}
                None => return Ok(()),
            },
            snapshot = watcher.changed() => {
                let snapshot = snapshot?;
                progress.seen = snapshot.revision;
                if let Some(delta) = sent.delta(&snapshot, node) {
                    progress.sent = snapshot.revision;
                    link.send(&delta).await?;
                }
            }
            () = inquiry.due() => link.send(&ToNode::ReportDenied).await?,
        }
        if let Some(revision) = progress.settled() {
            state.settled.note(node, revision);
        }
    }
}

/// Writes what a node reports. What it says in a session that a later one has followed is old:
/// the later one began with everything.
async fn receive(
    state: &SessionState,
    (node, session): (&str, u64),
    reported: &TaskReport,
) -> Result<(), SessionError> {
    let done = state.store.transact(|snapshot| {
        let is_latest = state.presence.is_latest(node, session);
        let plan = if is_latest { report::heard(snapshot, reported) } else { Plan::new() };
        Ok::<_, std::convert::Infallible>((plan, ()))
    });
    committed(done.await)
}

async fn connect(store: &Store, facts: &NodeFacts, clock: &Clock) -> Result<(), SessionError> {
    let done = store.transact(|snapshot| {
        let mut plan = Plan::new();
        let known = snapshot.nodes.get(&Node::scope(), &facts.id);
        let node = Node {
            id: facts.id.clone(),
            availability_zones: facts.availability_zones.clone(),
            cpu_units: facts.cpu_units,
            memory_mib: facts.memory_mib,
            cpu_architecture: facts.cpu_architecture.clone(),
            host_ranges: facts.host_ranges.clone(),
            is_connected: true,
            registered_at: known.map_or_else(|| clock.now(), |known| known.registered_at),
        };
        match known {
            Some(known) if *known.record == node => {}
            Some(known) => plan.update(known, node),
            None => plan.insert(node),
        }
        Ok::<_, std::convert::Infallible>((plan, ()))
    });
    committed(done.await)
}

/// The node is gone, unless a later session of it has begun.
async fn disconnect(state: &SessionState, id: &str, session: u64) -> Result<(), SessionError> {
    let done = state.store.transact(|snapshot| {
        let mut plan = Plan::new();
        if let Some(known) = snapshot.nodes.get(&Node::scope(), id)
            && state.presence.is_latest(id, session)
        {
            plan.update(known, Node { is_connected: false, ..(*known.record).clone() });
        }
        Ok::<_, std::convert::Infallible>((plan, ()))
    });
    committed(done.await)
}

pub(crate) fn committed<E>(done: Result<(), TransactError<E>>) -> Result<(), SessionError> {
    match done {
        Ok(()) | Err(TransactError::Plan(_)) => Ok(()),
        Err(TransactError::Commit(error)) => Err(SessionError::Commit(error)),
    }
}
