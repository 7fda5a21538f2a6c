//! Environment files: where they are, and what variables they have.
//!
//! INVARIANT: of what is in a file, an error tells no more than the number of a line.
//
// COMPAT: "Pass environment variables to an Amazon ECS container". On Fargate "the file is handled
// similar to a native Docker env-file", so what that page leaves open is as Docker has it.

use std::collections::BTreeMap;

use model::Arn;
use zeroize::Zeroizing;

/// LIMIT: "You can specify up to ten environment files" (`ContainerDefinition`).
pub(crate) const FILES_MAX: usize = 10;

/// LIMIT: of a container's files together. ECS has none, and Linux starts no process with more in
/// its environment.
pub(crate) const FILES_BYTES_MAX: u64 = 2 << 20;

const EXTENSION: &str = ".env";
/// What some editors begin a file of UTF-8 with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// An object with variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl Location {
    /// Reads `arn:aws:s3:::BUCKET/KEY.env`; `None` where it is not one.
    pub(crate) fn parse(text: &str) -> Option<Location> {
        let arn = Arn::parse(text).filter(|arn| arn.service == "s3")?;
        let is_global = arn.scope.account.is_empty() && arn.scope.region.is_empty();
        let (bucket, key) = arn.resource.split_once('/').filter(|_| is_global)?;
        let is_it = !bucket.is_empty() && key.ends_with(EXTENSION);
        is_it.then(|| Location { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// Variables of files, each once.
pub(crate) type Variables = BTreeMap<String, Zeroizing<String>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it is not encoded in UTF-8")]
    Encoding,
    #[error("line {0} has no name before its `=`")]
    NoName(usize),
    #[error("line {0} has white space in the name of its variable")]
    WhiteSpace(usize),
    #[error("line {0} has a NUL character")]
    Nul(usize),
}

/// Adds a file's variables to those of the files before it.
///
/// COMPAT: "the first value of the variable is used and subsequent values of duplicate variables
/// are ignored", from file to file; within a file it is the last, as for Docker and ECS's agent.
pub(crate) fn add(file: &[u8], variables: &mut Variables) -> Result<(), Malformed> {
    let text = std::str::from_utf8(file).map_err(|_| Malformed::Encoding)?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut own = Variables::new();
    for (index, line) in text.lines().enumerate() {
        if let Some((name, value)) = variable(line, index + 1)? {
            own.insert(name.to_owned(), Zeroizing::new(value.to_owned()));
        }
    }
    for (name, value) in own {
        variables.entry(name).or_insert(value);
    }
    Ok(())
}

/// COMPAT: "Spaces or quotation marks are included as part of the values", and "environment
/// variables that are blank […] do not appear in the container". A line without `=`, which for
/// Docker names a variable of its own environment, is none, as for ECS's agent.
fn variable(line: &str, number: usize) -> Result<Option<(&str, &str)>, Malformed> {
    let line = line.trim_start();
    if line.starts_with('#') {
        return Ok(None);
    }
    let Some((name, value)) = line.split_once('=') else { return Ok(None) };
    if name.is_empty() {
        return Err(Malformed::NoName(number));
    }
    if name.contains(char::is_whitespace) {
        return Err(Malformed::WhiteSpace(number));
    }
    if line.contains('\0') {
        return Err(Malformed::Nul(number));
    }
    Ok(Some((name, value)).filter(|_| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variables of files in their order, as `NAME=VALUE` with `|` in between.
    fn read(files: &[&str]) -> Result<String, Malformed> {
        let mut variables = Variables::new();
        for file in files {
            add(file.as_bytes(), &mut variables)?;
        }
        let pairs = variables.iter().map(|(name, value)| format!("{name}={}", value.as_str()));
        Ok(pairs.collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn a_line_is_a_variable_a_comment_or_nothing() {
        for (file, expected) in [
            ("", ""),
            ("A=1", "A=1"),
            ("A=1\nB=2\n", "A=1|B=2"),
            ("A=1\r\n\r\nB=2\r\n", "A=1|B=2"),
            ("# A=1\n  # B=2\n#\n\n   \nC=3", "C=3"),
            ("A=#1\nB=2 # two", "A=#1|B=2 # two"),
            ("  A=1\n\tB=2", "A=1|B=2"),
            ("A", ""),
            ("a line without it\nA=1", "A=1"),
            ("\u{feff}A=1", "A=1"),
            ("ÄÖ=ß", "ÄÖ=ß"),
        ] {
            assert_eq!(read(&[file]).as_deref(), Ok(expected), "{file:?}");
        }
    }

    #[test]
    fn a_value_is_taken_as_it_is() {
        for (file, expected) in [
            ("A= 1 ", "A= 1 "),
            ("A='1'", "A='1'"),
            ("A=\"1 2\"", "A=\"1 2\""),
            ("A=b=c==", "A=b=c=="),
            ("A=$B\\n", "A=$B\\n"),
            // COMPAT: what is blank does not appear.
            ("A=", ""),
            ("A=\r\nB=2", "B=2"),
        ] {
            assert_eq!(read(&[file]).as_deref(), Ok(expected), "{file:?}");
        }
    }

    #[test]
    fn the_first_file_that_has_a_variable_gives_its_value() {
        assert_eq!(read(&["A=1\nB=1", "B=2\nC=2", "C=3"]).as_deref(), Ok("A=1|B=1|C=2"));
        assert_eq!(read(&["A=", "A=2"]).as_deref(), Ok("A=2"));
        assert_eq!(read(&["A=1\nA=2", "A=3"]).as_deref(), Ok("A=2"));
    }

    #[test]
    fn what_cannot_be_a_variable_is_told_by_its_line() {
        for (file, expected) in [
            ("A=1\n=secret", Malformed::NoName(2)),
            ("#\n\nMY secret=1", Malformed::WhiteSpace(3)),
            ("A =1", Malformed::WhiteSpace(1)),
            ("A=1\0", Malformed::Nul(1)),
            ("A\0=1", Malformed::Nul(1)),
        ] {
            let told = read(&[file]).expect_err("it is malformed");
            assert_eq!(told, expected, "{file:?}");
            assert!(!told.to_string().contains("secret"), "{told}");
        }
        assert_eq!(add(b"A=\xff", &mut Variables::new()), Err(Malformed::Encoding));
    }

    #[test]
    fn a_location_is_an_object_whose_name_ends_in_env() {
        let found = Location::parse("arn:aws:s3:::bucket/path/to/a.env");
        let (bucket, key) = ("bucket".to_owned(), "path/to/a.env".to_owned());
        assert_eq!(found, Some(Location { bucket, key }));
        assert!(Location::parse("arn:aws:s3:::bucket/.env").is_some());
        for text in [
            "",
            "a.env",
            "s3://bucket/a.env",
            "arn:aws:s3:::bucket",
            "arn:aws:s3:::bucket.env",
            "arn:aws:s3:::/a.env",
            "arn:aws:s3:::bucket/a.txt",
            "arn:aws:s3:::bucket/a.ENV",
            "arn:aws:s3:us-east-1::bucket/a.env",
            "arn:aws:s3:us-east-1:000000000000:accesspoint/point/object/a.env",
            "arn:aws:sqs:::bucket/a.env",
        ] {
            assert_eq!(Location::parse(text), None, "{text}");
        }
    }
}
