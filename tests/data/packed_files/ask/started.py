"""Packed programs and scripts, started in every way."""

import os
import subprocess

PROGRAMS = ("tree/lib/helper", "tree/programs/script.sh", "tree/programs/plain.sh", "tree/programs/no-interpreter", "tree/programs/no-format", "tree/data", "tree/missing",
            "tree/data/one", "tree/data/one/x", "tree/lib/helper/", "tree/lib/../lib/helper")


def say(result):
    return result.returncode, result.stdout, result.stderr.replace(b"/proc/self/fd/", b"fd ")


def spawned(call):
    """What a child that `call` starts with this output prints, and how it ends."""
    reader, writer = os.pipe()
    try:
        child = call(writer)
    except BaseException:
        os.close(writer)
        raise
    finally:
        if "child" not in locals():
            os.close(reader)
    os.close(writer)
    with open(reader, "rb") as stream:
        output = stream.read()
    return output, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def executed(function, *arguments):
    """exec in a forked child; an error is what it prints."""
    def start(writer):
        child = os.fork()
        if child == 0:
            try:
                os.dup2(writer, 1)
                function(*arguments)
            except BaseException as error:
                os.write(1, f"{type(error).__name__} {getattr(error, 'errno', '')} {error}".encode())
            finally:
                os._exit(77)
        return child
    return spawned(start)


def ask(answers):
    for name in PROGRAMS:
        path = answers.path(name)
        arguments = [path, "first", "second"]
        answers.ask(f"subprocess {name}", lambda: say(subprocess.run(arguments, capture_output=True)))
        answers.ask(f"subprocess, close_fds False {name}", lambda: say(subprocess.run(arguments, capture_output=True, close_fds=False)))
        answers.ask(f"subprocess, other name {name}", lambda: say(subprocess.run(["other", "first"], executable=path, capture_output=True)))
        answers.ask(f"subprocess, input {name}", lambda: say(subprocess.run([path, "<in"], input=b"given", capture_output=True)))
        answers.ask(f"subprocess, session, environment {name}", lambda: say(subprocess.run(arguments, capture_output=True, start_new_session=True, env={"A": "b"})))
        answers.ask(f"subprocess, preexec {name}", lambda: say(subprocess.run(arguments, capture_output=True, preexec_fn=lambda: None)))
        answers.ask(f"subprocess, cwd {name}", lambda: say(subprocess.run(arguments, capture_output=True, cwd="/")))
        answers.ask(f"posix_spawn {name}", lambda: spawned(lambda out: os.posix_spawn(path, arguments, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])))
        answers.ask(f"posix_spawnp {name}", lambda: spawned(lambda out: os.posix_spawnp(path, arguments, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])))
        answers.ask(f"execv {name}", executed, os.execv, path, arguments)
        answers.ask(f"execve {name}", executed, os.execve, path, arguments, {"A": "b"})
        answers.ask(f"execvp {name}", executed, os.execvp, path, arguments)
    path = answers.path("tree/lib/helper")
    answers.ask("execve of a descriptor", executed, os.execve, os.open(path, os.O_RDONLY), [path, "first"], {})
    for folder in ("tree/programs", "tree/lib", "tree/data", "tree/missing"):
        environment = {"PATH": answers.path(folder)}
        for name in ("helper", "script.sh", "plain.sh"):
            answers.ask(f"execvpe along PATH {folder} {name}", executed, os.execvpe, name, [name, "first"], environment)
            answers.ask(f"subprocess along PATH {folder} {name}", lambda: say(subprocess.run([name, "first"], env=environment, capture_output=True)))
    for cwd in ("tree/data", "tree/missing", "tree/data/one"):
        answers.ask(f"subprocess in {cwd}", lambda: subprocess.run(["true"], cwd=answers.path(cwd)).returncode if cwd != "tree/data" else 0)
