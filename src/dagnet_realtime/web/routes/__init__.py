"""The HTTP routes, one module for each subject, each with its operations and types."""
