import sys


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as names:
        wanted = names.read().split()
    failed = 0
    for name in wanted:
        try:
            __import__(name)
        except Exception as error:
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    if failed:
        sys.exit(f"{failed} of {len(wanted)} not imported")


if __name__ == "__main__":
    main()
