import os
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
        if os.path.exists("/proc/self/status"):
            with open("/proc/self/status") as status:
                print("resident", next(line.split()[1] for line in status if line.startswith("VmHWM")))
        print("source", hasattr(__loader__, "get_source") and "def square" in __loader__.get_source("__main__"))
