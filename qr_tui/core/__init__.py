"""What the product knows, without any I/O: tasks, models, pace, words. Time always comes in as an argument."""
