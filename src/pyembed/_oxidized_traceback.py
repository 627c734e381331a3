"""sys.excepthook and threading.excepthook for CPython before 3.13, whose own look for source lines on disk alone. `traceback` asks the loaders."""

import sys
import traceback


def excepthook(exc_type, value, tb):
    if sys.stderr is None:
        return
    traceback.print_exception(exc_type, value, tb)


def thread_excepthook(args):
    if args.exc_type is SystemExit or sys.stderr is None:
        return
    name = args.thread.name if args.thread is not None else _identifier()
    print(f"Exception in thread {name}:", file=sys.stderr, flush=True)
    traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=sys.stderr)
    sys.stderr.flush()


def _identifier():
    import _thread
    return _thread.get_ident()
