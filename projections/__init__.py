"""What can be read: one module a view, each a function per event; the runner folds them from the log, exactly once."""
