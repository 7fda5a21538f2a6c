//! Client tokens: a request that is sent again with its token is done once.
//!
//! The record of a token is committed in the plan that does the work, so that there is
//! never one without the other. [`planner::reaper`] forgets it in time.

use model::ClientToken;
use sha2::{Digest as _, Sha256};

use crate::Turn;
use crate::paging::hex;

/// One request with a client token: which operation, which token, and what was asked.
#[derive(Clone, Debug)]
pub(crate) struct TokenRequest {
    operation: &'static str,
    token: Option<String>,
    request_sha256: String,
}

/// What a token stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing yet, or no token was given: do it, then [`TokenRequest::remember`].
    Never,
    /// It was done: these ids were made.
    Done(Vec<String>),
    /// It was used for another request, which made these ids: the answer is the
    /// operation's conflict error.
    Otherwise(Vec<String>),
}

impl TokenRequest {
    /// Takes the token out of the request by `take`, and a digest of the rest.
    pub(crate) fn new<T: wire::Shape + Clone>(
        operation: &'static str,
        request: &T,
        take: impl FnOnce(&mut T) -> Option<String>,
    ) -> TokenRequest {
        let mut rest = request.clone();
        let token = take(&mut rest).filter(|token| !token.is_empty());
        let digest = Sha256::digest(wire::dump(T::SCHEMA, &rest));
        let request_sha256 = hex(&digest);
        TokenRequest { operation, token, request_sha256 }
    }

    pub(crate) fn seen(&self, turn: &Turn<'_>) -> Seen {
        let Some(token) = &self.token else { return Seen::Never };
        let id = format!("{}/{token}", self.operation);
        match turn.snapshot.client_tokens.get(turn.scope(), &id) {
            None => Seen::Never,
            Some(known) if known.request_sha256 == self.request_sha256 => {
                Seen::Done(known.result_ids.clone())
            }
            Some(known) => Seen::Otherwise(known.result_ids.clone()),
        }
    }

    /// Puts into the turn's plan that this request made `result_ids`.
    pub(crate) fn remember(&self, turn: &mut Turn<'_>, result_ids: Vec<String>) {
        let Some(token) = &self.token else { return };
        let record = ClientToken {
            scope: turn.scope().clone(),
            operation: self.operation.to_owned(),
            token: token.clone(),
            request_sha256: self.request_sha256.clone(),
            result_ids,
            created_at: turn.now(),
        };
        turn.plan.insert(record);
    }
}
