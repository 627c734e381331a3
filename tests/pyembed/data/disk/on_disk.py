VALUE = "from disk"
