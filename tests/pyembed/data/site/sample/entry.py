import sys


class Commands:
    @staticmethod
    def run():
        print("entry", sys.argv[1:])
        return 3
