//! Pure decisions: placement, deployments, replacement, draining, and a lint of every plan.
