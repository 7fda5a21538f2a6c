//! One registry, as far as pulling one repository needs it.
//!
//! The client library speaks the protocol; here are its settings, the bounds that it lacks, and
//! the verification of what it returns.
//!
//! LIMIT: the library reads a manifest whole before it can be measured; the deadline is what
//! bounds it until then.

use std::fs::File;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::errors::Result as ClientResult;
use oci_client::{RegistryOperation, secrets};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::digest::Digest;
use crate::error::{Context as _, ImageError, PullError};
use crate::layers::expect_digest;
use crate::manifest::{Descriptor, MANIFEST_MEDIA_TYPES};
use crate::progress::Meter;
use crate::reference::ImageReference;

use super::RegistryAuth;
use super::failure::Failure;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence while something is being received.
const READ_TIMEOUT: Duration = Duration::from_mins(1);
/// For a manifest or config, from the question to its last byte.
const DOCUMENT_TIMEOUT: Duration = Duration::from_mins(2);
const USER_AGENT: &str = concat!("longshore/", env!("CARGO_PKG_VERSION"));

/// Every name and every address, as a list of exceptions from a proxy says it.
const EVERYTHING: &str = "*,0.0.0.0/0,::/0";

pub(super) struct Registry {
    client: Client,
    auth: secrets::RegistryAuth,
    reference: ImageReference,
}

impl Registry {
    /// Prepares a client, and gets a token where the registry wants one.
    pub(super) async fn connect(
        reference: &ImageReference,
        auth: &RegistryAuth,
        insecure: &[String],
    ) -> Result<Registry, PullError> {
        let registry = reference.registry().to_owned();
        let failed = |reason: String| PullError::Registry { registry: registry.clone(), reason };
        // One provider for the process; it does not matter who installs it first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::try_from(settings(&registry, insecure))
            .map_err(|error| failed(format!("no client could be set up: {error}")))?;
        let auth = match auth {
            RegistryAuth::Anonymous => secrets::RegistryAuth::Anonymous,
            RegistryAuth::Basic { username, password } => {
                secrets::RegistryAuth::Basic(username.clone(), password.to_string())
            }
            RegistryAuth::Token(token) => secrets::RegistryAuth::Bearer(token.to_string()),
        };
        let connected = Registry { client, auth, reference: reference.clone() };
        let authorizing =
            connected.client.auth(reference.inner(), &connected.auth, RegistryOperation::Pull);
        let token = connected.within_deadline(authorizing).await?;
        // The library would panic when it makes a header of it.
        if token.is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(failed("its token is not a token".to_owned()));
        }
        Ok(connected)
    }

    /// A manifest or index, whose digest is right if the reference pins one.
    pub(super) async fn manifest(
        &self,
        reference: &ImageReference,
        limit: u64,
    ) -> Result<Vec<u8>, PullError> {
        let asking =
            self.client.pull_manifest_raw(reference.inner(), &self.auth, &MANIFEST_MEDIA_TYPES);
        let (bytes, _) = self.within_deadline(asking).await?;
        if bytes.len() as u64 > limit {
            return Err(ImageError::TooLarge { what: "a manifest", limit }.into());
        }
        expect_digest("a manifest", reference.digest().as_ref(), Digest::of(&bytes))?;
        Ok(bytes.to_vec())
    }

    /// A blob that is held in memory.
    pub(super) async fn small_blob(
        &self,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Vec<u8>, PullError> {
        if descriptor.size > limit {
            return Err(ImageError::TooLarge { what: "an image config", limit }.into());
        }
        let mut bytes = Vec::new();
        let blob = (&descriptor.digest, descriptor.size);
        let reading = self.read_blob(blob, &mut bytes, None);
        match tokio::time::timeout(DOCUMENT_TIMEOUT, reading).await {
            Ok(result) => result?,
            Err(_) => return Err(self.timed_out()),
        }
        expect_digest("an image config", Some(&descriptor.digest), Digest::of(&bytes))?;
        Ok(bytes)
    }

    /// Writes a blob of a stated size to a file, and gives the file back.
    pub(super) async fn blob(
        &self,
        blob: (&Digest, u64),
        file: File,
        meter: &mut Meter,
    ) -> Result<File, PullError> {
        let mut file = tokio::fs::File::from_std(file);
        self.read_blob(blob, &mut file, Some(meter)).await?;
        file.flush().await.doing(|| "write a layer's blob".to_owned())?;
        Ok(file.into_std().await)
    }

    /// The library verifies the digest as it goes, and says so at the end of the stream.
    async fn read_blob(
        &self,
        (digest, bytes): (&Digest, u64),
        into: &mut (impl AsyncWrite + Unpin + Send),
        mut meter: Option<&mut Meter>,
    ) -> Result<(), PullError> {
        let failure = Failure { reference: &self.reference };
        let name = digest.to_string();
        let asking = self.client.pull_blob_stream(self.reference.inner(), name.as_str());
        let mut stream = asking.await.map_err(|error| failure.of(error))?.stream;
        let mut received = 0;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| failure.of_io(&error))?;
            received += chunk.len() as u64;
            if received > bytes {
                break;
            }
            into.write_all(&chunk).await.doing(|| "write a blob".to_owned())?;
            if let Some(meter) = &mut meter {
                meter.advance(chunk.len() as u64);
            }
        }
        if received != bytes {
            let reason = format!("a blob's size is not the {bytes} bytes that its manifest states");
            return Err(ImageError::malformed(reason).into());
        }
        Ok(())
    }

    async fn within_deadline<T>(
        &self,
        asking: impl Future<Output = ClientResult<T>>,
    ) -> Result<T, PullError> {
        match tokio::time::timeout(DOCUMENT_TIMEOUT, asking).await {
            Ok(result) => result.map_err(|error| Failure { reference: &self.reference }.of(error)),
            Err(_) => Err(self.timed_out()),
        }
    }

    fn timed_out(&self) -> PullError {
        PullError::Unreachable {
            registry: self.reference.registry().to_owned(),
            reason: format!("no answer within {} s", DOCUMENT_TIMEOUT.as_secs()),
        }
    }
}

fn settings(registry: &str, insecure: &[String]) -> ClientConfig {
    let mut settings = ClientConfig {
        connect_timeout: Some(CONNECT_TIMEOUT),
        read_timeout: Some(READ_TIMEOUT),
        user_agent: USER_AGENT,
        platform_resolver: None,
        ..ClientConfig::default()
    };
    if is_loopback(registry) || insecure.iter().any(|listed| listed == registry) {
        settings.protocol = ClientProtocol::HttpsExcept(vec![registry.to_owned()]);
        // A proxy that is never used, which keeps that of the environment out: a registry on this
        // host or in this network is not reached through it.
        settings.http_proxy = Some("http://127.0.0.1:1".to_owned());
        settings.no_proxy = Some(EVERYTHING.to_owned());
    }
    settings
}

/// Whether the registry is on this very host, where plain HTTP gives nothing away.
fn is_loopback(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => registry.rsplit_once(':').map_or(registry, |(host, _)| host),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_host_is_spoken_to_in_the_clear() {
        for (registry, expected) in [
            ("localhost", true),
            ("localhost:5000", true),
            ("127.0.0.1:5000", true),
            ("[::1]:5000", true),
            ("localhost.example.com", false),
            ("10.0.0.1:5000", false),
            ("docker.io", false),
        ] {
            assert_eq!(is_loopback(registry), expected, "{registry}");
        }
    }
}
