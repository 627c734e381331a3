"""Compiles sources to code objects for the packager, one after the other, until its input ends.

A message is its length (4 bytes, little-endian) and its bytes. The worker speaks first: the 4 bytes of the bytecode's
magic number and the implementation's cache tag. Then, for each request

    level (1 byte), length of the path (4), path, source

it answers

    0 (1 byte), warnings, marshalled code object        or
    1 (1 byte), warnings, line (4), column (4), message

where warnings are their number (4) and for each line (4), length (4) and text. The order of set members and the references in
marshal's output depend on what this process did before; the packager brings them into one form.
"""
import gc
import importlib.util
import marshal
import struct
import sys
import warnings


def main():
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    # Nothing that a compilation prints may come between the messages.
    sys.stdout = sys.stderr
    send(sink, importlib.util.MAGIC_NUMBER + sys.implementation.cache_tag.encode())
    # Syntax trees hold no cycles: collections would find nothing.
    gc.disable()
    while (request := receive(source)) is not None:
        send(sink, answer(request))


def receive(source):
    header = source.read(4)
    if len(header) < 4:
        return None
    (length,) = struct.unpack("<I", header)
    body = source.read(length)
    return body if len(body) == length else None


def send(sink, body):
    sink.write(struct.pack("<I", len(body)))
    sink.write(body)
    sink.flush()


def answer(request):
    level, length = struct.unpack_from("<BI", request)
    path = request[5 : 5 + length].decode("utf-8", "surrogateescape")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(request[5 + length :], path, "exec", dont_inherit=True, optimize=level)
            return b"\0" + pack_warnings(caught) + marshal.dumps(code)
        except SyntaxError as error:
            return refusal(caught, error.lineno or 0, error.offset or 0, error.msg or str(error))
        except Exception as error:
            return refusal(caught, 0, 0, f"{type(error).__name__}: {error}")


def pack_warnings(caught):
    chosen = [(w.lineno, str(w.message)) for w in caught if issubclass(w.category, SyntaxWarning)]
    packed = [struct.pack("<I", len(chosen))]
    for line, text in chosen:
        data = text.encode("utf-8", "replace")
        packed.append(struct.pack("<II", max(line, 0), len(data)) + data)
    return b"".join(packed)


def refusal(caught, line, column, message):
    text = message.encode("utf-8", "replace")
    return b"\1" + pack_warnings(caught) + struct.pack("<II", max(line, 0), max(column, 0)) + text


main()
