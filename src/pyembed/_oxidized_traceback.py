"""sys.excepthook, sys.unraisablehook and threading.excepthook where CPython's own look for source lines on disk alone (compat.h). `traceback` asks
the loaders."""

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


def unraisablehook(args):
    """The text of CPython's own hook, in one piece, so that nothing is printed twice when it cannot be made."""
    if sys.stderr is None:
        return
    text = f"{args.err_msg or 'Exception ignored in'}: {args.object!r}\n" if args.object is not None else f"{args.err_msg}:\n" if args.err_msg else ""
    if args.exc_traceback is not None:
        text += "Traceback (most recent call last):\n" + "".join(traceback.format_tb(args.exc_traceback))
    name = args.exc_type.__qualname__
    if args.exc_type.__module__ not in ("builtins", "__main__"):
        name = f"{args.exc_type.__module__}.{name}"
    sys.stderr.write(text + (name if args.exc_value is None else f"{name}: {args.exc_value}") + "\n")
    sys.stderr.flush()
