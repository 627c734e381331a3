NAME = "packed part"
