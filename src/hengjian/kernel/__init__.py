"""Citation, rounding, errors, transitions: four small modules every room may use; imports only the standard library."""
