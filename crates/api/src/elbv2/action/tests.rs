//! Actions as callers give them.
