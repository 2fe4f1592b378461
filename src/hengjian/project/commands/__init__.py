"""One module a sub-command of `hengjian`: NAME, HELP, add_arguments, run."""
