"""HTTP in, frames out; the only layer that knows the web framework."""
