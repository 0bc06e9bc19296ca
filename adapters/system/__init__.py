"""What the operating system gives: the time, chance for ids, and the settings of the environment."""
