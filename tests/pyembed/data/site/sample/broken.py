raise KeyError("broken")
