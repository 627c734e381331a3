import sys

from hello.greeting import greeting


def main() -> None:
    print(greeting(sys.argv[1] if len(sys.argv) > 1 else "world"))


if __name__ == "__main__":
    main()
