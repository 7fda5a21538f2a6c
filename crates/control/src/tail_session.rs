//! Gives a reader what the tasks of a service write: first what there is, then what comes.
//!
//! What comes is followed before what there is gets read, and a tail knows which events it
//! will not give; so together they are everything, once.
//!
//! INVARIANT: nothing is asked for again and again: commits and stored events wake it.

mod history;

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::FuturesUnordered;
use link::{Link, LinkError, LinkSender};
use model::session::{TAIL_LINES_MAX, TailAnswer, TailEnd, TailLine, TailRequest};
use model::{ServiceKey, Snapshot, Timestamp};
use observe::{FilterPattern, FilteredEvent, LogsError, Tail, TailPlace};

use crate::node_session::SessionError;
use crate::service_output::{Source, primary_definition, sources};
use crate::sessions::SessionState;
use history::{Merge, Past, Times};

/// LIMIT: the lines of one message, and about the bytes of it.
const MESSAGE_LINES_MAX: usize = 1_000;
const MESSAGE_TEXT_BYTES_MAX: usize = 1 << 20;

/// LIMIT: the groups and prefixes that one session follows: a service's, of all the
/// definitions that it ran meanwhile.
const SOURCES_MAX: usize = 256;

/// LIMIT: the names that a refusal offers.
const NAMED_MAX: usize = 10;

pub(crate) async fn run(
    link: Link<TailRequest, TailAnswer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let (sender, mut receiver) = link.split();
    let Some(request) = receiver.receive().await? else { return Ok(()) };
    let session = Session {
        state,
        request,
        outbox: Outbox { sender, lines: Vec::new(), text_bytes: 0 },
        places: BTreeMap::new(),
        waiting: FuturesUnordered::new(),
    };
    tokio::select! {
        done = session.run() => done,
        // It has nothing more to say, so it is gone.
        _ = receiver.receive() => Ok(()),
    }
}

struct Session<'a> {
    state: &'a SessionState,
    request: TailRequest,
    outbox: Outbox,
    /// How far each source is given.
    places: BTreeMap<Source, TailPlace>,
    waiting: FuturesUnordered<BoxFuture<'static, Came>>,
}

/// Lines that are sent together.
struct Outbox {
    sender: LinkSender<TailAnswer>,
    lines: Vec<TailLine>,
    text_bytes: usize,
}

/// What came of waiting for a tail.
struct Came {
    source: Source,
    tail: Tail,
    events: Result<Vec<FilteredEvent>, LogsError>,
}

/// Why a session ends before its reader does.
#[derive(Debug)]
enum Ended {
    Refused(Refusal),
    Session(SessionError),
}

/// Why there is nothing to give, in words for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("there is no cluster `{name}` in {region}; {there}")]
    NoCluster { name: String, region: String, there: String },
    #[error("there is no service `{name}` in the cluster `{cluster}`; {there}")]
    NoService { name: String, cluster: String, there: String },
    #[error(
        "no container of `{definition}`, which the service `{service}` runs, has a log \
         configuration with the driver `awslogs`"
    )]
    NoLogs { service: String, definition: String },
    #[error("the service writes to more than {SOURCES_MAX} groups and prefixes")]
    TooManySources,
    #[error("`{0}` is no place to go on from")]
    NoPlace(String),
}

impl<E: Into<SessionError>> From<E> for Ended {
    fn from(error: E) -> Ended {
        Ended::Session(error.into())
    }
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Ended {
        Ended::Refused(refusal)
    }
}

/// Which lines of what there is are wanted.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    All,
    Since(Timestamp),
    Last(Option<Timestamp>, usize),
}

impl Wanted {
    fn of(request: &TailRequest) -> Wanted {
        let last = request.last.map(|count| count.min(TAIL_LINES_MAX) as usize);
        match (&request.end, last, request.since) {
            (TailEnd::Resumed { .. }, _, _) => Wanted::All,
            (TailEnd::Present | TailEnd::Never, Some(count), since) => Wanted::Last(since, count),
            (TailEnd::Present | TailEnd::Never, None, Some(since)) => Wanted::Since(since),
            (TailEnd::Present | TailEnd::Never, None, None) => Wanted::All,
        }
    }
}

impl Session<'_> {
    async fn run(mut self) -> Result<(), SessionError> {
        match self.give_all().await {
            Ok(()) => Ok(self.outbox.sender.send(&TailAnswer::End).await?),
            Err(Ended::Refused(refusal)) => {
                let reason = refusal.to_string();
                Ok(self.outbox.sender.send(&TailAnswer::Refused { reason }).await?)
            }
            Err(Ended::Session(error)) => Err(error),
        }
    }

    async fn give_all(&mut self) -> Result<(), Ended> {
        let mut watcher = self.state.store.watch();
        let snapshot = self.state.store.snapshot();
        let service = self.request.service.clone();
        find(&snapshot, &service)?;
        if let TailEnd::Resumed { place } = self.request.end.clone() {
            self.resume(&place)?;
        }
        self.open(Wanted::of(&self.request)).await?;
        if self.places.is_empty() {
            let definition = primary_definition(&snapshot, &service);
            let definition = definition.map(|one| one.to_string()).unwrap_or_default();
            return Err(Refusal::NoLogs { service: service.name, definition }.into());
        }
        if self.request.end == TailEnd::Present {
            return Ok(());
        }
        loop {
            tokio::select! {
                Some(came) = self.waiting.next() => self.give(came).await?,
                snapshot = watcher.changed() => {
                    find(&*snapshot?, &service)?;
                    self.open(Wanted::All).await?;
                }
            }
        }
    }

    /// Goes on where another session ended.
    fn resume(&mut self, place: &str) -> Result<(), Ended> {
        let read: Result<Vec<(Source, u64)>, _> = serde_json::from_str(place);
        let places = read.map_err(|_| Refusal::NoPlace(place.to_owned()))?;
        for (source, number) in places.into_iter().take(SOURCES_MAX) {
            let tail = self.follow(&source)?;
            self.wait(source, tail.resume_at(TailPlace::new(number)));
        }
        Ok(())
    }

    /// Begins with the sources that are new: what they have, and then what comes.
    async fn open(&mut self, wanted: Wanted) -> Result<(), Ended> {
        let service = self.request.service.clone();
        let found = sources(&self.state.store.snapshot(), &service);
        let mut tails = Vec::new();
        for source in found.into_iter().filter(|source| !self.places.contains_key(source)) {
            let tail = self.follow(&source)?;
            tails.push((source, tail));
        }
        if tails.is_empty() {
            return Ok(());
        }
        if self.places.len() + tails.len() > SOURCES_MAX {
            return Err(Refusal::TooManySources.into());
        }
        // Later than the tails: whoever wrote before they were made is in it.
        let snapshot = self.state.store.snapshot();
        let pasts = tails.iter().flat_map(|(source, tail)| {
            let written = source.streams(&snapshot, &service).into_iter();
            written.map(move |written| Past { written, tail })
        });
        self.give_past(pasts.collect(), wanted).await?;
        for (source, tail) in tails {
            self.wait(source, tail);
        }
        self.flush().await
    }

    async fn give_past(&mut self, pasts: Vec<Past<'_>>, wanted: Wanted) -> Result<(), Ended> {
        let (state, outbox) = (self.state, &mut self.outbox);
        let now = state.clock.now();
        let since = match wanted {
            Wanted::All => None,
            Wanted::Since(since) => Some(since),
            Wanted::Last(since, count) => {
                let bounds = (Times { since, now }, count);
                for line in history::last(&state.logs, pasts, bounds).await? {
                    outbox.push(line).await?;
                }
                return Ok(());
            }
        };
        let mut merge = Merge::begin(&state.logs, pasts, Times { since, now }).await?;
        while let Some(line) = merge.next().await? {
            outbox.push(line).await?;
        }
        Ok(())
    }

    async fn give(&mut self, came: Came) -> Result<(), Ended> {
        let Came { source, tail, events } = came;
        let snapshot = self.state.store.snapshot();
        for FilteredEvent { stream, event } in events? {
            let place = TailPlace::after(&event);
            let origin = source.origin(&snapshot, &self.request.service, &stream);
            if let Some(origin) = origin {
                if self.outbox.is_full() {
                    self.flush().await?;
                }
                self.outbox.add(history::line(&origin, event));
            }
            self.places.insert(source.clone(), place);
        }
        self.wait(source, tail);
        // What others wrote is passed over without a word.
        if self.outbox.lines.is_empty() { Ok(()) } else { self.flush().await }
    }

    fn follow(&self, source: &Source) -> Result<Tail, LogsError> {
        self.state.logs.tail(source.group(), source.selection(), FilterPattern::default())
    }

    fn wait(&mut self, source: Source, mut tail: Tail) {
        self.places.insert(source.clone(), tail.place());
        let came = async move {
            let events = tail.next().await;
            Came { source, tail, events }
        };
        self.waiting.push(came.boxed());
    }

    /// Sends what is gathered, and how far that is.
    async fn flush(&mut self) -> Result<(), Ended> {
        let places: Vec<(&Source, u64)> =
            self.places.iter().map(|(source, place)| (source, place.number())).collect();
        let place = serde_json::to_string(&places).expect("strings and numbers can be written");
        Ok(self.outbox.flush(Some(place)).await?)
    }
}

impl Outbox {
    fn is_full(&self) -> bool {
        self.lines.len() >= MESSAGE_LINES_MAX || self.text_bytes >= MESSAGE_TEXT_BYTES_MAX
    }

    fn add(&mut self, line: TailLine) {
        self.text_bytes += line.message.len();
        self.lines.push(line);
    }

    /// Sends a line of the past, with others.
    async fn push(&mut self, line: TailLine) -> Result<(), LinkError> {
        if self.is_full() {
            self.flush(None).await?;
        }
        self.add(line);
        Ok(())
    }

    async fn flush(&mut self, place: Option<String>) -> Result<(), LinkError> {
        let lines = std::mem::take(&mut self.lines);
        self.text_bytes = 0;
        self.sender.send(&TailAnswer::Lines { lines, place }).await
    }
}

fn find(snapshot: &Snapshot, key: &ServiceKey) -> Result<(), Refusal> {
    if snapshot.service(key).is_some() {
        return Ok(());
    }
    let (scope, cluster) = (&key.scope, key.cluster.clone());
    if snapshot.clusters.get(scope, &cluster).is_none() {
        let names = snapshot.clusters.list(scope).map(|cluster| cluster.name.as_str());
        let (region, there) = (scope.region.clone(), there(names));
        return Err(Refusal::NoCluster { name: cluster, region, there });
    }
    let services = snapshot.services.list(scope).filter(|one| one.key.cluster == cluster);
    let there = there(services.map(|one| one.key.name.as_str()));
    Err(Refusal::NoService { name: key.name.clone(), cluster, there })
}

/// What there is in place of what was asked for.
fn there<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut named: Vec<&str> = names.take(NAMED_MAX + 1).collect();
    if named.is_empty() {
        return "there is none at all".to_owned();
    }
    let rest = if named.len() > NAMED_MAX { " and more" } else { "" };
    named.truncate(NAMED_MAX);
    format!("there are: {}{rest}", named.join(", "))
}

#[cfg(test)]
mod tests;
