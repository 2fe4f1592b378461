"""Forms by which a case is registered, moved and filled."""
