//! `longshore logs`: what a service's tasks write, as it is written.
//!
//! Control gives what there is and then what comes, over a link that stays open; where
//! control is started anew in between, the next link goes on where the last one broke.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use link::Link;
use model::Timestamp;
use model::session::{TAIL_LINES_MAX, TailAnswer, TailEnd, TailLine, TailRequest};

use super::client_runtime;
use super::service::Named;
use crate::config::Paths;

/// How long control may be away before following ends.
const CONTROL_AWAY_MAX: Duration = Duration::from_secs(10);
/// How long to wait before another try to reach control.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

/// The characters of a task's id that are shown: enough to tell a service's tasks apart.
const TASK_ID_SHOWN: usize = 8;

/// The terminal's colours of tasks, in the order in which they come.
const COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 31];

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    service: Named,
    /// Go on with what comes.
    #[arg(long, short)]
    follow: bool,
    /// Only lines from then on: `10m`, `1h 30m`, or a time such as `2030-01-02T03:04:05Z`.
    #[arg(long, value_parser = since)]
    since: Option<Timestamp>,
    /// Only so many of the last lines that there are.
    #[arg(long, value_name = "LINES", value_parser = lines())]
    tail: Option<u32>,
    /// Begin each line with its time.
    #[arg(long, short)]
    timestamps: bool,
}

pub(super) fn run(paths: &Paths, arguments: &Arguments) -> Result<()> {
    let service = arguments.service.key(paths)?;
    let request = TailRequest {
        service,
        since: arguments.since,
        last: arguments.tail,
        end: if arguments.follow { TailEnd::Never } else { TailEnd::Present },
    };
    let output = std::io::stdout();
    let mut printer = Printer {
        style: Style { is_coloured: output.is_terminal(), has_time: arguments.timestamps },
        output: output.lock(),
        colours: BTreeMap::new(),
    };
    client_runtime()?.block_on(read(&paths.control_socket(), request, &mut printer))
}

/// Reads until the end, or until nobody listens any more.
async fn read<W: Write>(
    socket: &Path,
    mut request: TailRequest,
    printer: &mut Printer<W>,
) -> Result<()> {
    let connected = link::connect(socket, "/tail").await;
    let mut open: Link<TailAnswer, TailRequest> =
        connected.context("control does not answer; `longshore up` starts it")?;
    loop {
        let broken = match read_link(&mut open, &mut request, printer).await? {
            Read::All => return Ok(()),
            Read::Broken(error) => error,
        };
        let TailEnd::Resumed { .. } = &request.end else {
            return Err(broken).context("control ended before all was said; ask again");
        };
        open = reconnect(socket).await?;
    }
}

/// How a link ended.
enum Read {
    All,
    Broken(anyhow::Error),
}

/// Prints what comes over one link. The request is then for what comes after.
async fn read_link<W: Write>(
    open: &mut Link<TailAnswer, TailRequest>,
    request: &mut TailRequest,
    printer: &mut Printer<W>,
) -> Result<Read> {
    if let Err(error) = open.send(request).await {
        return Ok(Read::Broken(error.into()));
    }
    loop {
        match open.receive().await {
            Ok(Some(TailAnswer::Lines { lines, place })) => {
                if printer.print(&lines).is_err() {
                    // Whoever read it has had enough: `longshore logs web | head`.
                    return Ok(Read::All);
                }
                match (&request.end, place) {
                    (TailEnd::Present, _) => {}
                    (TailEnd::Never | TailEnd::Resumed { .. }, Some(place)) => {
                        request.end = TailEnd::Resumed { place };
                    }
                    // Nothing says where to go on after these.
                    (TailEnd::Never | TailEnd::Resumed { .. }, None) => {
                        request.end = TailEnd::Never;
                    }
                }
            }
            Ok(Some(TailAnswer::End)) => return Ok(Read::All),
            Ok(Some(TailAnswer::Refused { reason })) => bail!(reason),
            Ok(None) => return Ok(Read::Broken(anyhow::anyhow!("control ended the link"))),
            Err(error) => return Ok(Read::Broken(error.into())),
        }
    }
}

async fn reconnect(socket: &Path) -> Result<Link<TailAnswer, TailRequest>> {
    let connecting = async {
        loop {
            match link::connect(socket, "/tail").await {
                Ok(open) => return open,
                Err(error) => tracing::debug!(%error, "control cannot be reached"),
            }
            let never = std::future::pending::<()>();
            let _ = tokio::time::timeout(RECONNECT_AFTER, never).await;
        }
    };
    let connected = tokio::time::timeout(CONTROL_AWAY_MAX, connecting).await;
    connected.map_err(|_| {
        anyhow::anyhow!(
            "control ended and did not come back within {} s",
            CONTROL_AWAY_MAX.as_secs()
        )
    })
}

fn lines() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(0..=i64::from(TAIL_LINES_MAX))
}

/// Reads a length of time before now, or a time.
fn since(text: &str) -> Result<Timestamp, String> {
    if let Ok(length) = text.parse::<jiff::SignedDuration>()
        && !length.is_negative()
    {
        let millis = i64::try_from(length.as_millis()).map_err(|error| error.to_string())?;
        let now = crate::clock::now().as_millis();
        return Ok(Timestamp::from_millis(now.saturating_sub(millis)));
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(time) => Ok(Timestamp::from_millis(time.as_millisecond())),
        Err(_) => Err("it is neither a length of time, such as `10m`, nor a time".to_owned()),
    }
}

struct Printer<W> {
    output: W,
    style: Style,
    /// Of the tasks that have said something.
    colours: BTreeMap<String, u8>,
}

#[derive(Clone, Copy, Debug)]
struct Style {
    is_coloured: bool,
    has_time: bool,
}

impl<W: Write> Printer<W> {
    fn print(&mut self, lines: &[TailLine]) -> std::io::Result<()> {
        for line in lines {
            self.print_line(line)?;
        }
        self.output.flush()
    }

    fn print_line(&mut self, line: &TailLine) -> std::io::Result<()> {
        let next = COLOURS[self.colours.len() % COLOURS.len()];
        let colour = *self.colours.entry(line.task.clone()).or_insert(next);
        let task = line.task.get(..TASK_ID_SHOWN).unwrap_or(&line.task);
        if self.style.is_coloured {
            write!(self.output, "\x1b[{colour}m{task} {}\x1b[0m | ", line.container)?;
        } else {
            write!(self.output, "{task} {} | ", line.container)?;
        }
        if self.style.has_time {
            let at = jiff::Timestamp::from_millisecond(line.at.as_millis()).unwrap_or_default();
            write!(self.output, "{at:.3} ")?;
        }
        writeln!(self.output, "{}", line.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(style: Style, lines: &[(&str, &str)]) -> String {
        let mut printer = Printer { output: Vec::new(), style, colours: BTreeMap::new() };
        let line = |(task, message): &(&str, &str)| TailLine {
            task: (*task).to_owned(),
            container: "app".to_owned(),
            at: Timestamp::from_millis(1_500),
            message: (*message).to_owned(),
        };
        let lines: Vec<TailLine> = lines.iter().map(line).collect();
        printer.print(&lines).expect("memory takes everything");
        String::from_utf8(printer.output).expect("text")
    }

    #[test]
    fn each_line_says_whose_it_is() {
        let plain = Style { is_coloured: false, has_time: false };
        let lines = [("0123456789abcdef", "one"), ("fedcba9876543210", "two"), ("short", "")];
        assert_eq!(
            printed(plain, &lines),
            "01234567 app | one\nfedcba98 app | two\nshort app | \n"
        );
        let timed = Style { has_time: true, ..plain };
        assert_eq!(printed(timed, &lines[..1]), "01234567 app | 1970-01-01T00:00:01.500Z one\n");
    }

    #[test]
    fn each_task_keeps_a_colour_of_its_own() {
        let coloured = Style { is_coloured: true, has_time: false };
        let lines = [("a", "1"), ("b", "2"), ("a", "3")];
        assert_eq!(
            printed(coloured, &lines),
            "\x1b[36ma app\x1b[0m | 1\n\x1b[33mb app\x1b[0m | 2\n\x1b[36ma app\x1b[0m | 3\n"
        );
    }

    #[test]
    fn a_time_is_given_as_a_length_or_as_itself() {
        let now = crate::clock::now().as_millis();
        for (text, secs) in [("10m", 600), ("1h 30m", 5_400), ("90s", 90), ("0s", 0)] {
            let since = since(text).expect("a length").as_millis();
            assert!((since - (now - secs * 1000)).abs() < 10_000, "{text}");
        }
        assert_eq!(since("1970-01-01T00:00:02Z"), Ok(Timestamp::from_secs(2)));
        for text in ["", "ten minutes ago", "10", "-10m"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
