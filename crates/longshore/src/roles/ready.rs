//! How a role tells the supervisor that it serves: one line on its standard output.

use std::io::Write as _;

/// The line. Logs go to standard error, so nothing else is said there.
pub(crate) const READY: &str = "ready";

pub(crate) fn announce() {
    // A supervisor that no longer reads has ended, and this process with it.
    let _ = writeln!(std::io::stdout(), "{READY}");
    let _ = std::io::stdout().flush();
}
