"""Runs a screening plan or an intake plan on DuckDB; may import engines and kernel."""
