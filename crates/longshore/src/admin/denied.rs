//! What the nodes' packet filters denied lately, and why.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netplan::Denials;
use serde::{Deserialize, Serialize};

use super::Pages;

/// How long a node may take to read its filter.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Denied {
    pub(crate) denials: Vec<Denials>,
    /// Why some nodes' part of it is missing.
    pub(crate) unheard: Vec<String>,
}

pub(super) async fn show(State(pages): State<Pages>) -> Result<Json<Denied>, (StatusCode, String)> {
    let snapshot = pages.store.snapshot();
    let nodes: Vec<String> = snapshot.nodes.all().map(|node| node.id.clone()).collect();
    let asked = tokio::time::timeout(ANSWER_TIME_MAX, pages.inquiries.denied(&nodes));
    let Ok(answers) = asked.await else {
        let reason = format!(
            "not every node says within {} s what it denied: `{}`\n",
            ANSWER_TIME_MAX.as_secs(),
            nodes.join("`, `")
        );
        return Err((StatusCode::GATEWAY_TIMEOUT, reason));
    };
    let (mut traffic, mut unheard) = (Vec::new(), Vec::new());
    for (node, answer) in answers {
        match answer {
            Ok(denied) => traffic.extend(denied),
            Err(reason) => unheard.push(format!("{node}: {reason}")),
        }
    }
    // All rules are compiled for it: the others are not to wait.
    let explained =
        tokio::task::spawn_blocking(move || netplan::denials(&pages.store.snapshot(), &traffic));
    match explained.await {
        Ok(denials) => Ok(Json(Denied { denials, unheard })),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"))),
    }
}
