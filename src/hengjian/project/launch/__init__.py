"""What `./start` and `./check` run before the package is installed: standard library only."""
