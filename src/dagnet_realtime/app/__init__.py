"""The composition root: builds everything, owns start and stop."""
