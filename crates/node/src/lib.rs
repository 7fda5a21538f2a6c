//! One host's tasks: desired against observed, one step at a time.
