"""What is done after a commit, by the queue."""
