NAME = "part on disk"
