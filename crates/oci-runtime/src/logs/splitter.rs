//! Bytes of one stream into records: one a line, or several for a long line.

use super::frame::Record;
use super::{RECORD_BYTES_MAX, Stream};

#[derive(Debug)]
pub(crate) struct Splitter {
    stream: Stream,
    /// The start of a line that has not ended: always shorter than a record.
    held: Vec<u8>,
    held_since_us: u64,
    /// Records of the present line were given out already.
    is_inside_line: bool,
}

impl Splitter {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, held: Vec::new(), held_since_us: 0, is_inside_line: false }
    }

    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        time_us: u64,
        emit: &mut dyn FnMut(&Record<'_>),
    ) {
        while !bytes.is_empty() {
            let room = RECORD_BYTES_MAX - self.held.len();
            let window = &bytes[..bytes.len().min(room + 1)];
            let (line, rest, ends_line) = match window.iter().position(|byte| *byte == b'\n') {
                Some(end) => (&bytes[..end], &bytes[end + 1..], true),
                None if bytes.len() > room => (&bytes[..room], &bytes[room..], false),
                None => {
                    self.hold(bytes, time_us);
                    return;
                }
            };
            self.give(line, time_us, ends_line, emit);
            bytes = rest;
        }
    }

    /// The stream has ended: what is held is a line, even without a line feed.
    pub(crate) fn finish(&mut self, time_us: u64, emit: &mut dyn FnMut(&Record<'_>)) {
        if !self.held.is_empty() || self.is_inside_line {
            self.give(&[], time_us, true, emit);
        }
        self.held = Vec::new();
    }

    fn hold(&mut self, bytes: &[u8], time_us: u64) {
        if self.held.is_empty() {
            self.held_since_us = time_us;
        }
        self.held.extend(bytes);
    }

    fn give(
        &mut self,
        line: &[u8],
        time_us: u64,
        ends_line: bool,
        emit: &mut dyn FnMut(&Record<'_>),
    ) {
        let stream = self.stream;
        self.is_inside_line = !ends_line;
        if self.held.is_empty() {
            emit(&Record { stream, ends_line, time_us, bytes: line });
            return;
        }
        self.held.extend(line);
        emit(&Record { stream, ends_line, time_us: self.held_since_us, bytes: &self.held });
        self.held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&[u8]], expected: &[(usize, bool)]) {
        let mut splitter = Splitter::new(Stream::Stdout);
        let mut records = Vec::new();
        let mut emit = |record: &Record<'_>| records.push((record.bytes.len(), record.ends_line));
        for piece in pieces {
            splitter.push(piece, 1, &mut emit);
        }
        splitter.finish(1, &mut emit);
        assert_eq!(records, expected);
    }

    #[test]
    fn lines_split_at_line_feeds_and_at_the_bound() {
        let full = vec![b'x'; RECORD_BYTES_MAX];
        check(&[], &[]);
        check(&[b"\n"], &[(0, true)]);
        check(&[b"ab", b"c\nd"], &[(3, true), (1, true)]);
        check(&[&full, b"\n"], &[(RECORD_BYTES_MAX, true)]);
        check(&[&full, b"x\n"], &[(RECORD_BYTES_MAX, false), (1, true)]);
        check(&[&full], &[(RECORD_BYTES_MAX, true)]);
        check(&[&full, b"x"], &[(RECORD_BYTES_MAX, false), (1, true)]);
    }
}
