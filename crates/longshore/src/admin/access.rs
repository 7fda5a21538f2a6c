//! Why an identity may or may not do something, and what was denied of late.

use api::{AccessExplanation, AccessQuestion, Denied};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Scope;
use serde::{Deserialize, Serialize};

use super::Pages;

/// A question, and the region that is meant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AccessRequest {
    pub(crate) region: Option<String>,
    pub(crate) question: AccessQuestion,
}

/// The answer, or what of the question is not understood.
pub(super) async fn show(
    State(pages): State<Pages>,
    Json(asked): Json<AccessRequest>,
) -> Result<Json<AccessExplanation>, (StatusCode, String)> {
    let region = asked.region.unwrap_or_else(|| pages.scope.region.clone());
    let scope = Scope::new(pages.scope.account.clone(), region);
    let answer = pages.api.explain_access(&scope, &asked.question, crate::clock::now());
    answer.map(Json).map_err(|reason| (StatusCode::BAD_REQUEST, format!("{reason}\n")))
}

/// The latest first.
pub(super) async fn denied(State(pages): State<Pages>) -> Json<Vec<Denied>> {
    Json(pages.api.denials.list())
}
