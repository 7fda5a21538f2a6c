//! What is asked of nodes, and answered in their sessions: what their packet filters denied.
//!
//! INVARIANT: an answer is read after it was asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use model::session::DeniedTraffic;
use tokio::sync::{mpsc, oneshot};

/// LIMIT: those who wait for one node's answer; more wait until they may ask.
const ASKERS_MAX: usize = 64;

/// What a node denied, or why that is not known.
pub(crate) type Answer = Result<Vec<DeniedTraffic>, String>;

pub(crate) type Asker = oneshot::Sender<Answer>;

/// The sessions that can be asked.
#[derive(Clone, Debug, Default)]
pub struct Inquiries(Arc<Mutex<BTreeMap<String, mpsc::Sender<Asker>>>>);

impl Inquiries {
    /// What each of the nodes denied lately, or why it does not say.
    pub async fn denied(&self, nodes: &[String]) -> Vec<(String, Answer)> {
        let asked = nodes.iter().map(|node| async { (node.clone(), self.ask(node).await) });
        join_all(asked).await
    }

    /// Takes the place of an earlier session of the same node.
    pub(crate) fn join(&self, node: &str) -> mpsc::Receiver<Asker> {
        let (sender, receiver) = mpsc::channel(ASKERS_MAX);
        self.table().insert(node.to_owned(), sender);
        receiver
    }

    async fn ask(&self, node: &str) -> Answer {
        let absent = || format!("node `{node}` is not connected");
        let session = self.table().get(node).cloned().ok_or_else(absent)?;
        let (asker, answer) = oneshot::channel();
        session.send(asker).await.map_err(|_| absent())?;
        answer.await.unwrap_or_else(|_| Err(absent()))
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<String, mpsc::Sender<Asker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who wait for the answer to what a session asked its node: one thing at a time.
#[derive(Debug)]
pub(crate) struct Inquiry {
    askers: mpsc::Receiver<Asker>,
    waiting: Vec<Asker>,
}

impl Inquiry {
    pub(crate) fn new(askers: mpsc::Receiver<Asker>) -> Inquiry {
        Inquiry { askers, waiting: Vec::new() }
    }

    /// Returns when the node is to be asked: not before it answered the last time.
    pub(crate) async fn due(&mut self) {
        if self.waiting.is_empty()
            && let Some(asker) = self.askers.recv().await
        {
            self.waiting.push(asker);
            while let Ok(asker) = self.askers.try_recv() {
                self.waiting.push(asker);
            }
        } else {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn answer(&mut self, answer: &Answer) {
        for asker in self.waiting.drain(..) {
            // Who does not wait any more needs no answer.
            let _ = asker.send(answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn who_asks_meanwhile_is_answered_by_the_next_answer() {
        let inquiries = Inquiries::default();
        let mut inquiry = Inquiry::new(inquiries.join("a"));
        let nodes = ["a".to_owned()];
        let mut first = Box::pin(inquiries.denied(&nodes));
        assert_eq!(first.as_mut().now_or_never(), None);
        inquiry.due().await;
        let mut second = Box::pin(inquiries.denied(&nodes));
        assert_eq!(second.as_mut().now_or_never(), None);
        assert_eq!(inquiry.due().now_or_never(), None);
        inquiry.answer(&Ok(Vec::new()));
        assert_eq!(first.await, [("a".to_owned(), Ok(Vec::new()))]);
        assert_eq!(second.as_mut().now_or_never(), None);
        inquiry.due().await;
        inquiry.answer(&Err("the filter is gone".to_owned()));
        assert_eq!(second.await, [("a".to_owned(), Err("the filter is gone".to_owned()))]);
    }

    #[tokio::test]
    async fn a_node_whose_session_ended_is_not_waited_for() {
        let inquiries = Inquiries::default();
        let not_connected =
            |node: &str| (node.to_owned(), Err(format!("node `{node}` is not connected")));
        let mut inquiry = Inquiry::new(inquiries.join("a"));
        let nodes = ["a".to_owned(), "b".to_owned()];
        let mut asking = Box::pin(inquiries.denied(&nodes));
        assert_eq!(asking.as_mut().now_or_never(), None);
        inquiry.due().await;
        drop(inquiry);
        assert_eq!(asking.await, [not_connected("a"), not_connected("b")]);
    }
}
