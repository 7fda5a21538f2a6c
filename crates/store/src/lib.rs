//! The durable record store: one trait, its engines, and their conformance suite.
