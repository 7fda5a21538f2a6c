//! Variables that are read from environment files as a task's execution role.
//
// COMPAT: the words are those that Fargate's users quote (aws/aws-cli#6470, aws/aws-cdk#12720).

use std::fmt::Debug;
use std::pin::Pin;

use model::task_identity::SecretText;
use zeroize::Zeroizing;

use crate::Caller;
use crate::environment_file::{FILES_BYTES_MAX, Location, Variables, add};

const NOT_READ: &str = "ResourceInitializationError: failed to download env files: file download \
                        command: non empty error stream: failed to download file ";
const NOT_WRITTEN: &str = "failed to write to a temporary file";
const MALFORMED: &str = "ResourceInitializationError: invalid environment file ";

/// The port to whoever keeps objects.
pub trait ReadObject: Debug + Send + Sync + 'static {
    /// Reads an object whole, if the caller may ask where its bucket is and read it. The error is
    /// S3's: its code and its sentence.
    fn read<'a>(&'a self, caller: &'a Caller, wanted: Wanted<'a>) -> Reading<'a>;
}

/// An object that is wanted whole.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    /// A larger one is not read.
    pub bytes_max: u64,
}

pub type Reading<'a> =
    Pin<Box<dyn Future<Output = Result<Zeroizing<Vec<u8>>, String>> + Send + 'a>>;

/// The variables of a container's files, or the words in which its task is stopped.
pub(crate) async fn variables(
    objects: &dyn ReadObject,
    caller: &Caller,
    files: &[String],
) -> Result<Vec<(String, SecretText)>, String> {
    let mut variables = Variables::new();
    let mut bytes_left = FILES_BYTES_MAX;
    for arn in files {
        let malformed = |why: &dyn std::fmt::Display| format!("{MALFORMED}{arn}: {why}");
        let location = Location::parse(arn).ok_or_else(|| malformed(&"it is no such object"))?;
        let Location { bucket, key } = &location;
        let wanted = Wanted { bucket, key, bytes_max: bytes_left };
        let read = objects.read(caller, wanted).await;
        let bytes = read.map_err(|error| format!("{NOT_READ}{key}: {NOT_WRITTEN}: {error}"))?;
        bytes_left = bytes_left.saturating_sub(bytes.len() as u64);
        add(&bytes, &mut variables).map_err(|error| malformed(&error))?;
    }
    let taken = variables.into_iter();
    Ok(taken.map(|(name, value)| (name, SecretText::new(value.as_str()))).collect())
}
