//! How far each node has done what it was told, for those who wait for it.

use std::collections::BTreeMap;

use tokio::sync::watch;

/// By node, the last revision of the store all of whose unwanted tasks are gone from it.
#[derive(Clone, Debug, Default)]
pub struct Settled(watch::Sender<BTreeMap<String, u64>>);

impl Settled {
    /// Waits until nothing runs on these nodes that `revision` does not want there.
    pub async fn wait(&self, nodes: &[String], revision: u64) {
        let mut table = self.0.subscribe();
        let is_settled = |table: &BTreeMap<String, u64>| {
            nodes.iter().all(|node| table.get(node).is_some_and(|settled| *settled >= revision))
        };
        table.wait_for(is_settled).await.expect("the sender is here");
    }

    pub(crate) fn note(&self, node: &str, revision: u64) {
        self.0.send_if_modified(|table| {
            let settled = table.entry(node.to_owned()).or_default();
            let is_further = *settled < revision;
            *settled = revision.max(*settled);
            is_further
        });
    }
}

/// What one node's session knows of this.
#[derive(Debug)]
pub(crate) struct Progress {
    /// The revision of the last message to the node.
    pub(crate) sent: u64,
    /// The last revision that was compared with what was sent, and needs nothing more.
    pub(crate) seen: u64,
    /// What the node last said.
    pub(crate) answered: Option<u64>,
}

impl Progress {
    /// A node that has done all it was sent has done all that there was to send.
    pub(crate) fn settled(&self) -> Option<u64> {
        self.answered.map(|answered| if answered >= self.sent { self.seen } else { answered })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_wait_ends_when_every_node_is_as_far() {
        let settled = Settled::default();
        let nodes = ["a".to_owned(), "b".to_owned()];
        settled.note("a", 7);
        settled.note("b", 6);
        assert_eq!(settled.wait(&nodes, 7).now_or_never(), None);
        let waiting = settled.wait(&nodes, 7);
        settled.note("b", 8);
        waiting.await;
        // An older answer takes nothing back.
        settled.note("b", 5);
        assert_eq!(settled.wait(&nodes, 8).now_or_never(), None);
        assert_eq!(settled.wait(&nodes[1..], 8).now_or_never(), Some(()));
        assert_eq!(settled.wait(&[], 99).now_or_never(), Some(()));
    }

    #[test]
    fn a_node_that_did_all_it_was_sent_is_as_far_as_what_was_seen() {
        let settled = |sent, seen, answered| Progress { sent, seen, answered }.settled();
        assert_eq!(settled(3, 9, None), None);
        assert_eq!(settled(3, 9, Some(3)), Some(9));
        assert_eq!(settled(8, 9, Some(7)), Some(7));
    }
}
