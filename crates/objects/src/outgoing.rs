//! Bytes on their way out: a range of an object, block by block, from the files it is in.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use s3s::{S3Error, S3Result};

use crate::blobs::{Blobs, Hold};
use crate::fault;
use crate::index::{Index, blocking};
use crate::limits::BLOCK_BYTES;
use crate::object_rows::{Object, Piece};

/// An object whose files stay until this is dropped.
pub(crate) struct Held {
    pub(crate) object: Object,
    hold: Hold,
}

/// Finds an object, and keeps its files.
pub(crate) async fn find(
    (index, blobs): (&Index, &Arc<Blobs>),
    (bucket, key): (&str, &str),
) -> S3Result<Option<Held>> {
    // Each turn means that somebody wrote the key between the two looks.
    for _ in 0..FIND_ATTEMPTS_MAX {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let found = index.read(move |connection| Object::find(connection, &bucket, &key)).await?;
        let Some(object) = found else { return Ok(None) };
        if let Some(hold) = blobs.hold(&object) {
            return Ok(Some(Held { object, hold }));
        }
    }
    Err(fault::internal(&"an object's files are not there"))
}

/// LIMIT: looks for an object that is being replaced all the time.
const FIND_ATTEMPTS_MAX: usize = 16;

/// What is left to be sent.
struct Source {
    blobs: Arc<Blobs>,
    /// With where to begin in each, in reverse.
    pieces: Vec<(Piece, Range<u64>)>,
    open: Option<(File, u64)>,
    _hold: Hold,
}

/// Reads the bytes of the range, which is within the object.
pub(crate) fn read(
    blobs: &Arc<Blobs>,
    held: Held,
    range: Range<u64>,
) -> impl Stream<Item = Result<Bytes, S3Error>> + Send + Sync + 'static + use<> {
    let mut pieces = cut(held.object.pieces, range);
    pieces.reverse();
    let source = Source { blobs: Arc::clone(blobs), pieces, open: None, _hold: held.hold };
    futures_util::stream::try_unfold(source, |source| async move {
        blocking(move || source.next().map_err(|error| fault::internal(&error))).await
    })
}

fn cut(pieces: Vec<Piece>, range: Range<u64>) -> Vec<(Piece, Range<u64>)> {
    let mut start = 0;
    let mut found = Vec::new();
    for piece in pieces {
        let end = start + piece.size;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            found.push((piece, from - start..to - start));
        }
        start = end;
    }
    found
}

impl Source {
    fn next(mut self) -> io::Result<Option<(Bytes, Source)>> {
        loop {
            if let Some((file, left)) = &mut self.open
                && *left > 0
            {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(BLOCK_BYTES);
                let mut block = vec![0; length];
                file.read_exact(&mut block)?;
                *left -= length as u64;
                return Ok(Some((Bytes::from(block), self)));
            }
            let Some((piece, range)) = self.pieces.pop() else { return Ok(None) };
            let mut file = self.blobs.open_one(&piece.blob)?;
            file.seek(SeekFrom::Start(range.start))?;
            self.open = Some((file, range.end - range.start));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_from_the_pieces() {
        let piece = |blob: &str, size| Piece { blob: blob.to_owned(), size };
        let pieces = vec![piece("a", 3), piece("b", 0), piece("c", 4)];
        let check = |range: Range<u64>, expected: &[(&str, Range<u64>)]| {
            let found = cut(pieces.clone(), range);
            let found: Vec<_> =
                found.iter().map(|(piece, range)| (piece.blob.as_str(), range.clone())).collect();
            assert_eq!(found, expected);
        };
        check(0..7, &[("a", 0..3), ("c", 0..4)]);
        check(1..2, &[("a", 1..2)]);
        check(2..5, &[("a", 2..3), ("c", 0..2)]);
        check(3..3, &[]);
        check(6..7, &[("c", 3..4)]);
    }
}
