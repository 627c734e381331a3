import sample.circular_b
