//! What was denied of late, for whoever asks why.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::Refused;

/// LIMIT: denials that are kept; the oldest goes.
const DENIALS_MAX: usize = 256;

/// A denial, as it was told to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    pub at: Timestamp,
    pub principal: String,
    pub action: String,
    pub resource: String,
    pub sentence: String,
}

/// The latest denials.
#[derive(Debug, Default)]
pub struct RecentDenials(Mutex<VecDeque<Denied>>);

impl RecentDenials {
    pub(crate) fn note(&self, refused: &Refused, at: Timestamp) {
        let denied = Denied {
            at,
            principal: refused.principal.clone(),
            action: refused.action.clone(),
            resource: refused.resource.clone(),
            sentence: refused.sentence(),
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= DENIALS_MAX {
            kept.pop_front();
        }
        kept.push_back(denied);
    }

    /// The latest first.
    pub fn list(&self) -> Vec<Denied> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().cloned().collect()
    }
}
