//! Images for tasks: found in the store, or pulled from their registry.

use images::{ImageStore, Progress, PullPolicy, PullRequest, RegistryAuth};
use node::ports::{Failure, ImageFacts};

/// COMPAT: an image that is here is not pulled again, as `ECS_IMAGE_PULL_BEHAVIOR`'s
/// `prefer-cached` has it: images that were imported have no registry to ask.
pub(super) async fn pull(
    images: &ImageStore,
    image: &str,
    insecure_registries: &[String],
) -> Result<ImageFacts, Failure> {
    let request = PullRequest {
        reference: image,
        auth: &RegistryAuth::Anonymous,
        policy: PullPolicy::IfAbsent,
        insecure_registries,
        progress: &Progress::none(),
    };
    match images.pull(request).await {
        Ok(handle) => Ok(ImageFacts {
            digest: handle.manifest_digest.to_string(),
            stop_signal: handle.config.stop_signal.clone(),
        }),
        Err(error) => {
            // COMPAT: "CannotPullContainer task errors", ECS Developer Guide.
            let reason = format!("CannotPullContainerError: {}", chain(&error));
            Err(Failure { reason })
        }
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
