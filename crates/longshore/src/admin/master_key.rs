//! Takes the master keys that the file has now, and puts under the newest what is under older ones.
//!
//! Anybody on the host may ask for it: it does what the next start would do as well.

use api::{Rewrapped, rewrap};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use vault::MasterKeys;

use super::Pages;

pub(super) async fn adopt(
    State(pages): State<Pages>,
) -> Result<Json<Rewrapped>, (StatusCode, String)> {
    let failed = |reason: String| (StatusCode::INTERNAL_SERVER_ERROR, format!("{reason}\n"));
    let masters = MasterKeys::read(&pages.master_key).map_err(|error| failed(error.to_string()))?;
    let vault = &pages.api.vault;
    let adopted = vault.adopt(masters);
    adopted.map_err(|_| failed("the file lacks a master key that is in use".to_owned()))?;
    let rewrapped = rewrap(&pages.store, vault).await;
    let rewrapped = rewrapped.map_err(|error| failed(error.to_string()))?;
    tracing::info!(records = rewrapped.records, "the newest master key is in use");
    Ok(Json(rewrapped))
}
