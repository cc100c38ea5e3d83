"""File, environment and flags to one frozen `Config`; the only reader of the environment."""
