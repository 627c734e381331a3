import resource
import sys


def square(number):
    return number * number


def pool(method):
    import multiprocessing
    with multiprocessing.get_context(method).Pool(2) as workers:
        print("pool", workers.map(square, range(4)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["pool"]:
        pool(sys.argv[2])
    else:
        print("argv", sys.argv)
        print("orig", sys.orig_argv)
        print("executable", sys.executable)
        print("name", __name__, "spec", __spec__, "package", __package__)
        print("file", __file__)
        print("resident", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        print("source", hasattr(__loader__, "get_source") and "def square" in __loader__.get_source("__main__"))
