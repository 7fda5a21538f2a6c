//! Health checks of one target: at once, then at its interval, and whenever a request finds it
//! dead.
//!
//! A new target that takes no connection yet is tried again sooner than the interval, because a
//! container's port opens some moment after its start; only checks at the interval count against
//! it, so the thresholds mean what the user set.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    Request,
    header::{CONNECTION, HOST, USER_AGENT},
};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use routing::{CheckOutcome, CodeMatcher, TargetHealthState, config::HealthCheck};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    connect::{ConnectError, connect},
    events::Event,
    limits::{CHECK_BODY_MAX, EARLY_CHECK_FIRST, EARLY_CHECK_LAST, HINTED_CHECK_SPACING},
    shared::Shared,
    target::Target,
};

/// How a target is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckSettings {
    pub(crate) address: std::net::SocketAddrV4,
    pub(crate) health_check: HealthCheck,
    pub(crate) matcher: CodeMatcher,
}

/// The checks of one target.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) target: Arc<Target>,
    pub(crate) settings: CheckSettings,
    pub(crate) shared: Arc<Shared>,
    pub(crate) cancel: CancellationToken,
}

/// What made a check due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Interval,
    Hint,
    Early,
}

/// COMPAT: what an application load balancer's checks call themselves.
const CHECKER: &str = "ELB-HealthChecker/2.0";

impl Probe {
    pub(crate) async fn run(self) {
        let cancel = self.cancel.clone();
        cancel.run_until_cancelled(self.check_for_ever()).await;
    }

    async fn check_for_ever(self) {
        let seconds = self.settings.health_check.interval_seconds;
        let mut interval = tokio::time::interval(Duration::from_secs(seconds.into()));
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut hints = tokio::time::interval(HINTED_CHECK_SPACING);
        hints.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut early = None;
        loop {
            let cause = self.due(&mut interval, &mut hints, early).await;
            let outcome = check(&self.settings, self.target.source).await;
            // An early check can only bring good news.
            if cause != Cause::Early || outcome == CheckOutcome::Passed {
                self.observe(outcome);
            }
            early = self.next_early(outcome, early);
        }
    }

    /// Waits until a check is due.
    async fn due(
        &self,
        interval: &mut Interval,
        hints: &mut Interval,
        early: Option<Duration>,
    ) -> Cause {
        // A request found the target dead; requests that do so together ask for one check.
        let hinted = async {
            self.target.check_wanted.notified().await;
            hints.tick().await;
        };
        let waiting = async {
            tokio::select! {
                _ = interval.tick() => Cause::Interval,
                () = hinted => Cause::Hint,
            }
        };
        match early {
            None => waiting.await,
            Some(delay) => tokio::time::timeout(delay, waiting).await.unwrap_or(Cause::Early),
        }
    }

    fn next_early(&self, outcome: CheckOutcome, last: Option<Duration>) -> Option<Duration> {
        let is_initial = self.target.health().state == TargetHealthState::Initial;
        let is_silent = matches!(outcome, CheckOutcome::Failed | CheckOutcome::InternalError);
        let next = last.map_or(EARLY_CHECK_FIRST, |last| (last * 2).min(EARLY_CHECK_LAST));
        (is_initial && is_silent).then_some(next)
    }

    fn observe(&self, outcome: CheckOutcome) {
        let Some(health) = self.target.observe(outcome) else { return };
        if self.target.is_retired() {
            return;
        }
        let target = self.target.key.clone();
        self.shared.events.push(Event::TargetHealth { target, health });
        self.shared.health_changed.notify_one();
    }
}

/// Makes one check.
async fn check(settings: &CheckSettings, source: std::net::Ipv4Addr) -> CheckOutcome {
    let patience = Duration::from_secs(settings.health_check.timeout_seconds.into());
    let stream = match connect(source, settings.address, patience).await {
        Ok(stream) => stream,
        Err(ConnectError::TimedOut) => return CheckOutcome::TimedOut,
        Err(ConnectError::Refused(_)) => return CheckOutcome::Failed,
        Err(ConnectError::Local(address, error)) => {
            tracing::warn!(%address, %error, "a health check could not be made");
            return CheckOutcome::InternalError;
        }
    };
    match tokio::time::timeout(patience, ask(stream, settings)).await {
        Err(_elapsed) => CheckOutcome::TimedOut,
        Ok(Err(error)) => {
            tracing::debug!(%error, target = %settings.address, "a health check failed");
            CheckOutcome::Failed
        }
        Ok(Ok(code)) if settings.matcher.accepts(code) => CheckOutcome::Passed,
        Ok(Ok(code)) => CheckOutcome::CodeMismatch(code),
    }
}

/// Asks for the health check's path; the code that came back.
async fn ask(stream: tokio::net::TcpStream, settings: &CheckSettings) -> hyper::Result<u16> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = settings.health_check.path.parse().unwrap_or_default();
    let headers = request.headers_mut();
    let host = settings.address.to_string();
    headers.insert(HOST, host.try_into().expect("an address is ASCII"));
    headers.insert(USER_AGENT, http::HeaderValue::from_static(CHECKER));
    headers.insert(CONNECTION, http::HeaderValue::from_static("close"));
    let answer = async {
        let response = sender.send_request(request).await?;
        let code = response.status().as_u16();
        // Read to the end, so that the target sees no broken connection; what is wrong with the
        // body is not the check's concern.
        Limited::new(response.into_body(), CHECK_BODY_MAX).collect().await.ok();
        Ok(code)
    };
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        code = answer.as_mut() => code,
        closed = connection => match closed {
            Ok(()) => answer.await,
            Err(error) => Err(error),
        },
    }
}
