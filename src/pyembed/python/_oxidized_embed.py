"""What the functions of pyembed.h do in Python. Each returns a status, -1 for a failure, and a text."""
import sys


def _failure():
    import traceback
    kind, error, trace = sys.exc_info()
    while trace is not None and trace.tb_frame.f_globals.get("__name__") in (__name__, "runpy"):
        trace = trace.tb_next
    return -1, "".join(traceback.format_exception(kind, error, trace))


def _exit_status(code):
    if code is None:
        return 0, ""
    if isinstance(code, int):
        return code & 0xFF, ""
    print(code, file=sys.stderr)
    return 1, ""


def _flush():
    # The host has buffers of its own: flush, so that Python's output comes before the host's next output.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # closed, or none; the end of the interpreter tells it again


def _run(function, *arguments):
    try:
        function(*arguments)
    except SystemExit as error:
        return _exit_status(error.code)
    except BaseException:
        return _failure()
    finally:
        _flush()
    return 0, ""


def _run_as_main(name):
    # As runpy for `python -m`, except that a missing module does not end the process.
    import __main__
    import runpy
    _, spec, code = runpy._get_module_details(name)
    runpy._run_code(code, __main__.__dict__, None, "__main__", spec)


def run_module(name):
    return _run(_run_as_main, name)


def run_code(text):
    import __main__
    return _run(lambda: exec(compile(text, "<string>", "exec"), __main__.__dict__))


def call(module, function, argument):
    import importlib
    try:
        target = importlib.import_module(module)
        for name in function.split("."):
            target = getattr(target, name)
        result = target() if argument is None else target(argument)
        text = "" if result is None else str(result)
        if "\0" in text:
            raise ValueError("the result holds a NUL character")
        text.encode()
        return 0, text
    except BaseException:
        return _failure()
    finally:
        _flush()
