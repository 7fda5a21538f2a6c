//! Runs the reconcilers and holds the node and balancer sessions.
