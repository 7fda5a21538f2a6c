//! What an update would do, looked at ahead of time.

use api::Caller;
use aws_api::ecs::UpdateServiceRequest;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Scope;
use model::session::PreviewTimeline;
use serde::{Deserialize, Serialize};

use super::Pages;

/// The update that somebody has in mind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PreviewRequest {
    pub(crate) region: Option<String>,
    pub(crate) cluster: String,
    pub(crate) service: String,
    pub(crate) task_definition: Option<String>,
    pub(crate) desired_count: Option<i32>,
    pub(crate) is_forced: bool,
    /// How many of the new tasks fail as they start.
    pub(crate) failing_tasks: u32,
}

/// The timeline, or the words in which the update would be refused.
pub(super) async fn show(
    State(pages): State<Pages>,
    Json(asked): Json<PreviewRequest>,
) -> Result<Json<PreviewTimeline>, (StatusCode, String)> {
    let region = asked.region.unwrap_or_else(|| pages.scope.region.clone());
    let scope = Scope::new(pages.scope.account.clone(), region);
    let caller = Caller::root(scope, crate::clock::now());
    let request = UpdateServiceRequest {
        cluster: Some(asked.cluster),
        service: asked.service,
        task_definition: asked.task_definition,
        desired_count: asked.desired_count,
        force_new_deployment: Some(asked.is_forced),
        ..UpdateServiceRequest::default()
    };
    // It may run on for a while, and the others are not to wait for it.
    let looked = tokio::task::spawn_blocking(move || {
        pages.api.preview(&caller, &request, asked.failing_tasks)
    });
    match looked.await {
        Ok(Ok(timeline)) => Ok(Json(timeline)),
        Ok(Err(refusal)) => Err((StatusCode::BAD_REQUEST, format!("{refusal}\n"))),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"))),
    }
}
