//! The node's side of a log: lines in order, from a position on.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::frame::{self, HEADER_BYTES, Record};
use super::{LINE_BYTES_MAX, Position, RECORD_BYTES_MAX, Stream, segment_path, segments};

/// Read from a segment at once; holds several records.
const CHUNK_BYTES: usize = 64 << 10;
const _: () = assert!(CHUNK_BYTES > HEADER_BYTES + RECORD_BYTES_MAX);
/// A segment may be removed between being listed and being opened, over and over.
const OPEN_ATTEMPTS: u32 = 16;

/// Follows one container's log. Blocking file reads, of pages that are in memory as a rule.
#[derive(Debug)]
pub struct LogReader {
    directory: PathBuf,
    from: Position,
    /// The next record to look at.
    next: u64,
    segment: Option<Open>,
    unfinished: [Option<Unfinished>; 2],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub stream: Stream,
    /// When its first byte came, in microseconds since the epoch.
    pub time_us: u64,
    /// Without the line feed.
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct LogBatch {
    /// Empty when the log is read to its present end.
    pub lines: Vec<LogLine>,
    /// Records that were dropped before they could be read.
    pub lost: u64,
}

#[derive(Debug)]
struct Open {
    first: u64,
    file: File,
    offset: u64,
}

/// A line whose end has not been seen, and the record it began with.
#[derive(Debug)]
struct Unfinished {
    line: LogLine,
    began: u64,
}

impl LogReader {
    /// Nothing is opened yet; a log that does not exist is empty.
    pub fn open(directory: &Path, from: Position) -> Self {
        Self {
            directory: directory.to_owned(),
            from,
            next: from.acknowledged(),
            segment: None,
            unfinished: [None, None],
        }
    }

    /// Where to go on after all the lines that were returned: keep it when they are safe.
    pub fn position(&self) -> Position {
        let of = |stream: Stream| match &self.unfinished[stream.index()] {
            Some(unfinished) => unfinished.began,
            None => self.next.max(self.from.of(stream)),
        };
        Position { stdout: of(Stream::Stdout), stderr: of(Stream::Stderr) }
    }

    /// The next lines, a bounded number of them.
    pub fn read(&mut self) -> io::Result<LogBatch> {
        let mut batch = LogBatch::default();
        let mut chunk = vec![0; CHUNK_BYTES];
        while batch.lines.is_empty() {
            if self.segment.is_none() && !self.open_next()? {
                break;
            }
            if self.take(&mut chunk, &mut batch)? > 0 {
                continue;
            }
            // The end of what is there: either the writer is no further, or it has begun a new
            // segment. Then it is done with this one, but may have added to it just before.
            let is_done = self.next_segment()?.is_some();
            if !is_done || (self.take(&mut chunk, &mut batch)? == 0 && !self.open_next()?) {
                break;
            }
        }
        Ok(batch)
    }

    /// The lines that will never end, because their container's shim is gone.
    pub fn finish(&mut self) -> Vec<LogLine> {
        self.unfinished.iter_mut().filter_map(Option::take).map(|held| held.line).collect()
    }

    /// Takes the whole records that follow; returns how many bytes of them.
    fn take(&mut self, chunk: &mut [u8], batch: &mut LogBatch) -> io::Result<usize> {
        let Some(open) = &mut self.segment else { return Ok(0) };
        let length = open.file.read_at(chunk, open.offset)?;
        let mut taken = 0;
        while let Some((record, sequence, length)) = frame::decode(&chunk[taken..length]) {
            taken += length;
            if sequence >= self.next {
                self.skip_to(sequence, batch);
                self.next = sequence + 1;
                self.add(&record, sequence, batch);
            }
        }
        if let Some(open) = &mut self.segment {
            open.offset += taken as u64;
        }
        Ok(taken)
    }

    /// What was dropped may have held the end of a line: the pieces around it stay apart.
    fn skip_to(&mut self, sequence: u64, batch: &mut LogBatch) {
        if sequence > self.next {
            batch.lost += sequence - self.next;
            batch.lines.extend(self.finish());
        }
    }

    fn add(&mut self, record: &Record<'_>, sequence: u64, batch: &mut LogBatch) {
        if sequence < self.from.of(record.stream) {
            return;
        }
        let held = &mut self.unfinished[record.stream.index()];
        let stream = record.stream;
        let begin = || Unfinished {
            line: LogLine { stream, time_us: record.time_us, bytes: Vec::new() },
            began: sequence,
        };
        let mut line = held.take().unwrap_or_else(begin);
        // Cut between records, since a position names whole ones.
        if line.line.bytes.len() + record.bytes.len() > LINE_BYTES_MAX {
            batch.lines.push(line.line);
            line = begin();
        }
        line.line.bytes.extend(record.bytes);
        if record.ends_line {
            batch.lines.push(line.line);
        } else {
            *held = Some(line);
        }
    }

    /// Goes on to the segment that has the next record, or the first after it.
    fn open_next(&mut self) -> io::Result<bool> {
        for _ in 0..OPEN_ATTEMPTS {
            let Some(first) = self.next_segment()? else { return Ok(false) };
            match File::open(segment_path(&self.directory, first)) {
                Ok(file) => {
                    self.segment = Some(Open { first, file, offset: 0 });
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    fn next_segment(&self) -> io::Result<Option<u64>> {
        let found = match segments(&self.directory) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(open) = &self.segment else {
            let holds = |first: &&u64| **first <= self.next;
            return Ok(found.iter().rev().find(holds).or(found.first()).copied());
        };
        Ok(found.into_iter().find(|first| *first > open.first))
    }
}
