//! The node's key: made at each `up`, kept where only its owner can read it, said in every session.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use model::task_identity::SecretText;
use vault::random_text;
use zeroize::Zeroizing;

const ALPHABET: &[u8] = b"0123456789abcdef";
const LENGTH: usize = 64;

/// Makes a new one, unless there is one: nodes that run know it.
pub(crate) fn make(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let draft = path.with_extension("draft");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&draft)?.write_all(random_text(ALPHABET, LENGTH).as_bytes())?;
    std::fs::rename(&draft, path).context("the node's key cannot be written")
}

pub(crate) fn read(path: &Path) -> Result<SecretText> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.with_context(|| format!("cannot read `{}`", path.display()))?;
    anyhow::ensure!(text.len() == LENGTH, "`{}` holds no key", path.display());
    Ok(SecretText::new(text.as_str()))
}
