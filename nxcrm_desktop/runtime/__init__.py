"""What runs the program: the change bus, the executors, the log."""
