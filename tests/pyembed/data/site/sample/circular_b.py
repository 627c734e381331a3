import sample.circular_a
NAME = "b"
