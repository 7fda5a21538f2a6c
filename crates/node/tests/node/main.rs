//! A node on a host that is a table: whole lives of tasks, and what kills make of them.

mod crashes;
mod fake_control;
mod fake_host;
mod lives;
mod sessions;
mod setting;
