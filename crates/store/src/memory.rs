//! The engine that keeps records in memory: for tests and the simulator.
//!
//! A clone shares the content, so that opening a clone is opening the same store
//! again after its process ended.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::{Contents, Engine, EngineCommit, EngineError, StoredRecord, Write};

#[derive(Clone, Debug, Default)]
pub struct MemoryEngine {
    content: Arc<Mutex<Content>>,
}

#[derive(Debug, Default)]
struct Content {
    revision: u64,
    records: BTreeMap<String, (u64, Vec<u8>)>,
}

impl MemoryEngine {
    pub fn new() -> MemoryEngine {
        MemoryEngine::default()
    }
}

impl Engine for MemoryEngine {
    fn load(&mut self) -> Result<Contents, EngineError> {
        let content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let records = content.records.iter().map(|(key, (revision, value))| StoredRecord {
            key: key.clone(),
            revision: *revision,
            value: value.clone(),
        });
        Ok(Contents { revision: content.revision, records: records.collect() })
    }

    fn append(&mut self, commits: &[EngineCommit]) -> Result<(), EngineError> {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        for commit in commits {
            assert!(commit.revision > content.revision, "commits come in revision order");
            for write in &commit.writes {
                match write {
                    Write::Put { key, value } => {
                        content.records.insert(key.clone(), (commit.revision, value.clone()));
                    }
                    Write::Delete { key } => {
                        content.records.remove(key);
                    }
                }
            }
            content.revision = commit.revision;
        }
        Ok(())
    }
}
