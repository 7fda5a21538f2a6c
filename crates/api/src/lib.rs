//! One file per AWS operation: authorize, validate, write one plan.
