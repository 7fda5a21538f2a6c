//! Real containers through the real runtime program. Needs root, runc and a static busybox.

mod isolation;
mod lifecycle;
mod output;
mod recovery;
mod support;
