//! A container's output in files: written by the shim, read by whoever ships it.
//!
//! A log is a directory of segments, each named by the sequence number of its first record.
//! Records are numbered without gaps, so a reader that kept its [`Position`] goes on without
//! losing or doubling a line, and knows how many records it came too late for. Lines longer
//! than a record are several records; the reader puts them together again.
//!
//! INVARIANT: a log never takes more than its bound, plus one segment.
//! INVARIANT: a record is removed only when it was acknowledged, or by the non-blocking mode.

mod frame;
mod reader;
mod splitter;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use reader::{LogBatch, LogLine, LogReader};
pub(crate) use splitter::Splitter;
pub(crate) use writer::LogWriter;

/// The longest record; it bounds what the shim holds of a line that has not ended.
const RECORD_BYTES_MAX: usize = 8 * 1024;
/// A longer line is cut. COMPAT: within CloudWatch Logs' bound on an event of 262,118 bytes,
/// at which Docker's `awslogs` driver cuts too; here it is whole records.
pub const LINE_BYTES_MAX: usize = 31 * RECORD_BYTES_MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    pub const ALL: [Self; 2] = [Self::Stdout, Self::Stderr];

    pub(crate) fn index(self) -> usize {
        match self {
            Self::Stdout => 0,
            Self::Stderr => 1,
        }
    }
}

/// The next record to read of each stream; they differ while one is in the middle of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub stdout: u64,
    pub stderr: u64,
}

impl Position {
    /// All records before this number are done with: what may be acknowledged.
    pub fn acknowledged(self) -> u64 {
        self.stdout.min(self.stderr)
    }

    fn of(self, stream: Stream) -> u64 {
        match stream {
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        }
    }
}

fn segment_path(directory: &Path, first: u64) -> PathBuf {
    directory.join(format!("{first:020}.log"))
}

/// The first sequence number of each segment, in order.
fn segments(directory: &Path) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name();
        let first = name.to_str().and_then(|name| name.strip_suffix(".log")?.parse::<u64>().ok());
        found.extend(first);
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{LogMode, LogSpec};

    fn log(mode: LogMode, bytes_max: u64) -> (tempfile::TempDir, LogWriter) {
        let root = tempfile::tempdir().expect("a temporary directory");
        let writer = LogWriter::create(root.path(), &LogSpec { mode, bytes_max }).expect("a log");
        (root, writer)
    }

    fn append(writer: &mut LogWriter, splitter: &mut Splitter, bytes: &[u8]) {
        splitter.push(bytes, 7, &mut |record| writer.append(record));
        writer.flush();
    }

    fn read(reader: &mut LogReader) -> Vec<String> {
        let batch = reader.read().expect("the log is readable");
        batch.lines.iter().map(|line| String::from_utf8_lossy(&line.bytes).into_owned()).collect()
    }

    #[test]
    fn lines_arrive_whole_whatever_pieces_they_came_in() {
        let (root, mut writer) = log(LogMode::NonBlocking, 1 << 20);
        let mut out = Splitter::new(Stream::Stdout);
        let mut reader = LogReader::open(root.path(), Position::default());
        append(&mut writer, &mut out, b"one\ntw");
        assert_eq!(read(&mut reader), ["one"]);
        append(&mut writer, &mut out, b"o\n\nthr");
        out.finish(7, &mut |record| writer.append(record));
        writer.flush();
        assert_eq!(read(&mut reader), ["two", "", "thr"]);
        assert_eq!(read(&mut reader), [""; 0]);
    }

    #[test]
    fn a_long_line_is_put_together_and_cut_at_the_bound() {
        let (root, mut writer) = log(LogMode::NonBlocking, 4 << 20);
        let mut out = Splitter::new(Stream::Stdout);
        append(&mut writer, &mut out, &vec![b'x'; LINE_BYTES_MAX + 10]);
        append(&mut writer, &mut out, b"\nend\n");
        let mut reader = LogReader::open(root.path(), Position::default());
        let lines = read(&mut reader);
        let lengths: Vec<usize> = lines.iter().map(String::len).collect();
        assert_eq!(lengths, [LINE_BYTES_MAX, 10, 3]);
    }

    #[test]
    fn a_reader_goes_on_in_the_middle_of_a_long_line() {
        let (root, mut writer) = log(LogMode::NonBlocking, 4 << 20);
        let mut out = Splitter::new(Stream::Stdout);
        let mut err = Splitter::new(Stream::Stderr);
        let half = vec![b'x'; RECORD_BYTES_MAX * 2];
        append(&mut writer, &mut out, &half);
        append(&mut writer, &mut err, b"meanwhile\n");
        let mut first = LogReader::open(root.path(), Position::default());
        assert_eq!(read(&mut first), ["meanwhile"]);
        let position = first.position();
        append(&mut writer, &mut out, b"y\n");
        let mut second = LogReader::open(root.path(), position);
        let lines = read(&mut second);
        assert_eq!(lines.len(), 1, "the other stream's line is not doubled");
        assert_eq!(lines[0].len(), half.len() + 1);
    }

    #[test]
    fn the_oldest_make_room_and_the_reader_counts_them() {
        let (root, mut writer) = log(LogMode::NonBlocking, 64 << 10);
        let mut out = Splitter::new(Stream::Stdout);
        for _ in 0..4000 {
            append(&mut writer, &mut out, &[&[b'x'; 99], &b"\n"[..]].concat());
        }
        let size: u64 = std::fs::read_dir(root.path())
            .expect("a directory")
            .map(|entry| entry.expect("an entry").metadata().expect("a file").len())
            .sum();
        assert!(size <= 80 << 10, "{size}");
        let mut reader = LogReader::open(root.path(), Position::default());
        let mut seen = 0;
        let mut lost = 0;
        loop {
            let batch = reader.read().expect("the log is readable");
            if batch.lines.is_empty() {
                break;
            }
            seen += batch.lines.len() as u64;
            lost += batch.lost;
        }
        assert_eq!(seen + lost, 4000);
        assert!(lost > 0 && seen > 300, "{lost} lost, {seen} seen");
    }

    #[test]
    fn the_next_container_of_a_name_goes_on() {
        let (root, mut writer) = log(LogMode::NonBlocking, 1 << 20);
        let mut out = Splitter::new(Stream::Stdout);
        append(&mut writer, &mut out, b"one\ntwo\n");
        let mut reader = LogReader::open(root.path(), Position::default());
        assert_eq!(read(&mut reader), ["one", "two"]);
        for line in ["three", "four"] {
            let mut next = LogWriter::create(root.path(), &LogSpec::default()).expect("a log");
            append(&mut next, &mut out, format!("{line}\n").as_bytes());
            // One that writes nothing, too.
            drop(LogWriter::create(root.path(), &LogSpec::default()).expect("a log"));
            assert_eq!(read(&mut reader), [line]);
        }
    }

    #[test]
    fn blocking_loses_nothing_and_acknowledging_makes_room() {
        let (root, mut writer) = log(LogMode::Blocking, 64 << 10);
        let mut out = Splitter::new(Stream::Stdout);
        let mut written = 0;
        while !writer.is_full() {
            append(&mut writer, &mut out, &[&[b'x'; 99], &b"\n"[..]].concat());
            written += 1;
        }
        let mut reader = LogReader::open(root.path(), Position::default());
        let mut seen = 0;
        while seen < written {
            let lines = read(&mut reader).len();
            assert!(lines > 0, "{seen} of {written}");
            seen += lines;
        }
        writer.acknowledge(reader.position().acknowledged());
        assert!(!writer.is_full());
    }
}
