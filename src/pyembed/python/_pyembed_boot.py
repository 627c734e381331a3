# Stands in for `encodings`, the first module that CPython imports when an interpreter starts: puts the finder into sys.meta_path, and
# then becomes the true `encodings` (importer/bootstrap.c says why).
# No name of its own may stay in that module's namespace.
__import__('oxidized_importer')._install(globals())
