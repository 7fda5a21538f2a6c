//! Images for tasks: found in the store, or pulled from their registry; and collected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use images::{
    Digest, ImageError, ImageHandle, ImageReference, ImageStore, Progress, PullError, PullPolicy,
    PullRequest, RegistryAuth,
};
use model::Timestamp;
use model::task_identity::RegistryLogin;
use node::ports::{Failure, ImageFacts};
use tokio::sync::Semaphore;

use crate::clock;
use crate::config::Config;
use crate::registry_config::RegistryConfig;

/// LIMIT: images that are fetched from registries at once.
const PULLS_AT_ONCE_MAX: usize = 4;
/// After this, a task has long said that it has the image that was pulled for it.
const RECENT_TIME: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Puller {
    images: ImageStore,
    insecure_registries: Vec<String>,
    credentials: RegistryConfig,
    cache_bytes: u64,
    slots: Semaphore,
    /// What was pulled a moment ago, and when: its task may not have said yet that it has it.
    /// LIMIT: those of [`RECENT_TIME`] and since the last collection.
    recent: Mutex<BTreeMap<Digest, Timestamp>>,
}

impl Puller {
    pub(super) fn new(config: &Config, images: ImageStore) -> Puller {
        Puller {
            images,
            insecure_registries: config.insecure_registries.clone(),
            credentials: RegistryConfig::new(config.registry_credentials.clone()),
            cache_bytes: config.image_cache_bytes,
            slots: Semaphore::new(PULLS_AT_ONCE_MAX),
            recent: Mutex::default(),
        }
    }

    /// COMPAT: an image that is here is not pulled again, as `ECS_IMAGE_PULL_BEHAVIOR`'s
    /// `prefer-cached` has it: images that were imported have no registry to ask.
    pub(super) async fn pull(
        &self,
        image: &str,
        login: Option<RegistryLogin>,
    ) -> Result<ImageFacts, Failure> {
        let fail = |error: PullError| Failure { reason: reason(image, &error) };
        let reference = ImageReference::parse(image).map_err(|error| fail(error.into()))?;
        // Before it is looked for, so that no collection takes it in between.
        if let Some(digest) = reference.digest() {
            self.note(digest);
        }
        let handle = match self.find(image.to_owned()).await.map_err(|error| fail(error.into()))? {
            Some(found) => found,
            None => self.fetch(&reference, image, login).await?,
        };
        self.note(handle.manifest_digest.clone());
        Ok(ImageFacts {
            digest: handle.manifest_digest.to_string(),
            stop_signal: handle.config.stop_signal,
        })
    }

    /// Removes layers that no task needs, beyond what is kept for the next. Answers when to do
    /// so again, where something was pulled too recently to tell.
    pub(super) async fn collect(&self, in_use: &BTreeSet<String>) -> Option<Timestamp> {
        let mut needed: BTreeSet<Digest> =
            in_use.iter().filter_map(|digest| Digest::parse(digest)).collect();
        let again = {
            let now = clock::now();
            let mut recent = self.recent();
            recent.retain(|_, at| *at + RECENT_TIME > now);
            let undecided = recent.iter().filter(|(digest, _)| !needed.contains(*digest));
            let again = undecided.map(|(_, at)| *at + RECENT_TIME).max();
            needed.extend(recent.keys().cloned());
            again
        };
        let (images, keep) = (self.images.clone(), self.cache_bytes);
        let work = move || images.garbage_collect(&needed, keep);
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(report)) if report.bytes_freed > 0 => tracing::info!(
                layers = report.layers_removed.len(),
                bytes = report.bytes_freed,
                "layers that nothing needs are removed"
            ),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "images are not collected"),
            Err(error) => tracing::error!(%error, "collecting images was cut off"),
        }
        again
    }

    async fn find(&self, image: String) -> Result<Option<ImageHandle>, ImageError> {
        let images = self.images.clone();
        let found = tokio::task::spawn_blocking(move || images.resolve(&image)).await;
        found.unwrap_or(Ok(None))
    }

    async fn fetch(
        &self,
        reference: &ImageReference,
        image: &str,
        login: Option<RegistryLogin>,
    ) -> Result<ImageHandle, Failure> {
        let _slot = self.slots.acquire().await.expect("the semaphore is never closed");
        let auth = match login {
            Some(RegistryLogin { username, password }) => {
                RegistryAuth::Basic { username, password: password.as_str().to_owned().into() }
            }
            None => self.credentials.auth(reference.registry()).await.map_err(|error| Failure {
                reason: format!("CannotPullContainerError: {error:#}"),
            })?,
        };
        let request = PullRequest {
            reference: image,
            auth: &auth,
            // Another task may have brought it while this one waited.
            policy: PullPolicy::IfAbsent,
            insecure_registries: &self.insecure_registries,
            progress: &Progress::none(),
        };
        let pulled = self.images.pull(request).await;
        pulled.map_err(|error| Failure { reason: reason(image, &error) })
    }

    fn note(&self, digest: Digest) {
        self.recent().insert(digest, clock::now());
    }

    fn recent(&self) -> MutexGuard<'_, BTreeMap<Digest, Timestamp>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// COMPAT: "`CannotPullContainer` task errors in Amazon ECS", ECS Developer Guide: the words are
/// containerd's, without the count of retries.
fn reason(image: &str, error: &PullError) -> String {
    let reference =
        ImageReference::parse(image).map_or_else(|_| image.to_owned(), |r| r.to_string());
    let text = match error {
        PullError::NotFound { .. } => format!("{reference}: not found"),
        PullError::Unauthorized { reason, .. } | PullError::Denied { reason, .. } => format!(
            "pull access denied, repository does not exist or may require authorization: {reason}"
        ),
        PullError::Unreachable { reason, .. } => format!("failed to do request: {reason}"),
        PullError::RateLimited { reason, .. } => format!("toomanyrequests: {reason}"),
        PullError::Registry { reason, .. } => format!("unexpected answer: {reason}"),
        PullError::Image(error) => return format!("CannotPullContainerError: {error}"),
    };
    format!("CannotPullContainerError: failed to resolve ref {reference}: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_in_the_words_that_users_search_for() {
        let registry = || "docker.io".to_owned();
        let because = || "dial tcp: refused".to_owned();
        for (error, expected) in [
            (
                PullError::NotFound { reference: "web:1".to_owned() },
                "failed to resolve ref docker.io/library/web:1: \
                 docker.io/library/web:1: not found",
            ),
            (
                PullError::Unauthorized { registry: registry(), reason: because() },
                "failed to resolve ref docker.io/library/web:1: pull access denied, repository \
                 does not exist or may require authorization: dial tcp: refused",
            ),
            (
                PullError::Unreachable { registry: registry(), reason: because() },
                "failed to resolve ref docker.io/library/web:1: failed to do request: \
                 dial tcp: refused",
            ),
            (
                PullError::Image(ImageError::NoSpace),
                "no space left on the image store's file system",
            ),
        ] {
            assert_eq!(reason("web:1", &error), format!("CannotPullContainerError: {expected}"));
        }
    }
}
