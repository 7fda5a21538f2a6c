//! What decides on a connection, asked for by `longshore explain`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Scope;
use netplan::{Explanation, Question};
use serde::{Deserialize, Serialize};

use super::Pages;

/// A question, and the region whose names are meant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ExplainRequest {
    pub(crate) region: Option<String>,
    pub(crate) question: Question,
}

/// The answer, or what of the question is not understood.
pub(super) async fn show(
    State(pages): State<Pages>,
    Json(asked): Json<ExplainRequest>,
) -> Result<Json<Explanation>, (StatusCode, String)> {
    let region = asked.region.unwrap_or_else(|| pages.scope.region.clone());
    let scope = Scope::new(pages.scope.account.clone(), region);
    let snapshot = pages.store.snapshot();
    // All rules are compiled for it: the others are not to wait.
    let answered = tokio::task::spawn_blocking(move || {
        netplan::explain(&snapshot, &scope, &asked.question, pages.api_port)
    });
    match answered.await {
        Ok(Ok(explanation)) => Ok(Json(explanation)),
        Ok(Err(misunderstood)) => Err((StatusCode::BAD_REQUEST, format!("{misunderstood}\n"))),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"))),
    }
}
