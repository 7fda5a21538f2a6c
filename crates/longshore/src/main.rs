//! The longshore binary: command line, configuration, roles, wiring.

fn main() {}
