"""Changes modules that must behave in a product as under `python3`. Each function is called once, after its module ran, with the finder and the module
(fixups.c holds the table)."""

import os
import sys

_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
          "/etc/ssl/cert.pem", "/usr/local/share/certs/ca-root-nss.crt", "/var/lib/ca-certificates/ca-bundle.pem")
_FOLDERS = ("/etc/ssl/certs", "/etc/pki/tls/certs", "/system/etc/security/cacerts")


def _certificates(paths):
    """Where this machine keeps certificates, when OpenSSL's own places do not exist and nobody set others: a keyword of load_verify_locations and a path, or None."""
    file_variable, file, folder_variable, folder = paths
    if file_variable in os.environ or folder_variable in os.environ or os.path.isfile(file):
        return None
    if os.path.isdir(folder) and any(name.endswith(".0") for name in os.listdir(folder)):
        return None
    for name in _FILES:
        if os.path.isfile(name) and os.access(name, os.R_OK):
            return "cafile", name
    return next((("capath", name) for name in _FOLDERS if os.path.isdir(name)), None)


def ssl(finder, module):
    """OpenSSL looks where its distribution keeps certificates; a product runs on others. What the user or the machine set stays, and no variable is set:
    children would inherit it."""
    import functools
    context, get_paths = module.SSLContext, module.get_default_verify_paths
    set_paths = context.set_default_verify_paths

    @functools.wraps(set_paths)
    def set_default_verify_paths(self):
        found = _certificates(module._ssl.get_default_verify_paths())
        return set_paths(self) if found is None else self.load_verify_locations(**dict([found]))

    @functools.wraps(get_paths)
    def get_default_verify_paths():
        found = _certificates(module._ssl.get_default_verify_paths())
        return get_paths() if found is None else get_paths()._replace(**dict([found]))

    context.set_default_verify_paths = set_default_verify_paths
    module.get_default_verify_paths = get_default_verify_paths


def lib2to3_pgen2_driver(finder, module):
    """It reads its grammars from pickles beside the sources, which not every distribution has: makes them from the grammar's text."""
    load = module.load_packaged_grammar

    def load_packaged_grammar(package, grammar_source, logger=None):
        try:
            return load(package, grammar_source)
        except OSError:
            from lib2to3.pgen2 import pgen
            import io
            text = finder._resource(package, os.path.basename(grammar_source))
            if text is None:
                raise
            return pgen.ParserGenerator(grammar_source, io.StringIO(text.decode())).make_grammar()

    module.load_packaged_grammar = load_packaged_grammar


def linecache(finder, module):
    """Finds lines of a packed source by its name alone, as linecache does for files on disk, and counts them as CPython does: a form feed and U+2028 end none."""
    update, promise = module.updatecache, module.lazycache
    base = finder.path_hook_base_str + "/"
    promised = {}  # file name -> module, for tracebacks

    def name_of(module_globals):
        spec = module_globals.get("__spec__") if isinstance(module_globals, dict) else None
        return spec.name if getattr(spec, "loader", None) is finder else None

    def lazycache(filename, module_globals):
        done = promise(filename, module_globals)
        if done and name_of(module_globals):
            promised[filename] = name_of(module_globals)
        return done

    def source_of(filename, module_globals):
        if filename.startswith(base):
            return _decoded(finder, filename)
        # Without `__file__`s code has other names: its module says where it is from.
        name = name_of(module_globals) or promised.pop(filename, None)
        if name is None or os.path.exists(filename):
            return None
        try:
            return finder.get_source(name)
        except (ImportError, SyntaxError, UnicodeDecodeError):
            return None

    def updatecache(filename, module_globals=None):
        text = source_of(filename, module_globals) if isinstance(filename, str) else None
        if text is None:
            return update(filename, module_globals)
        lines = [line + "\n" for line in text.split("\n")]
        if lines[-1] == "\n" and (len(lines) > 1 or sys.version_info < (3, 13)):  # as it has it of an empty file
            lines.pop()
        module.cache[filename] = (len(text), None, lines, filename)
        return lines

    module.updatecache, module.lazycache = updatecache, lazycache


def _decoded(finder, path):
    """A packed source as text with its line ends made one, else None."""
    from importlib.util import decode_source
    try:
        return decode_source(finder.get_data(path))
    except (OSError, ValueError, SyntaxError):  # ValueError: a NUL in the path, bytes that are no text
        return None


def pkgutil(finder, module):
    """Whoever runs a script by its path (`runpy.run_path`, workers that import their parent's script) imports this module first, and then opens the file as code."""
    import functools
    import io
    if sys.path_importer_cache.get(finder.path_hook_base_str, finder) is None:
        del sys.path_importer_cache[finder.path_hook_base_str]  # bootstrap.c put it there
    open_code, base = io.open_code, finder.path_hook_base_str + "/"

    @functools.wraps(open_code)
    def open_packed_code(path):
        if isinstance(path, str) and path.startswith(base):
            try:
                return io.BytesIO(finder.get_data(path))
            except OSError:
                pass  # let CPython say that there is no such file
        return open_code(path)

    io.open_code = open_packed_code


def importlib_metadata(finder, module):
    """The product's own entry of sys.path is served by the product's finder: importlib's would find its distributions a second time."""
    finders = module.MetadataPathFinder
    search = finders._search_paths.__func__

    def _search_paths(cls, name, paths):
        return search(cls, name, [path for path in paths if str(path) != finder.path_hook_base_str])

    finders._search_paths = classmethod(_search_paths)


def readline(finder, module):
    """libedit has another word for GNU readline's binding of completion, which `cmd`, `pdb` and many programs ask for; it calls no hooks, and
    its redisplay begins a search (line_editor.c)."""
    if "libedit" not in (module.__doc__ or ""):
        return
    import functools
    from oxidized_importer import _line_redisplay
    bind = module.parse_and_bind

    @functools.wraps(bind)
    def parse_and_bind(string, /):
        key, _, action = string.partition(":") if isinstance(string, str) else ("", "", "")
        known = {"tab": "^I", '"\\t"': "^I", "\\C-i": "^I", "esc": "^["}.get(key.strip().lower())
        if known and action.strip() in ("complete", "menu-complete"):
            string = f"bind {known} rl_complete"
        return bind(string)

    @functools.wraps(module.redisplay)
    def redisplay():
        _line_redisplay()

    module.parse_and_bind, module.redisplay = parse_and_bind, redisplay
    for place, name in enumerate(("set_startup_hook", "set_pre_input_hook")):
        if hasattr(module, name):
            setattr(module, name, _hook_setter(getattr(module, name), place))


def _hook_setter(setter, place):
    """CPython's own takes the hook first, and says what is wrong with it. It does not keep it: libedit calls one at some places, which would be a second time."""
    import functools
    from oxidized_importer import _line_hook

    @functools.wraps(setter)
    def set_hook(function=None, /):
        setter(function)
        setter(None)
        _line_hook(place, function)

    return set_hook


def pydoc(finder, module):
    """The standard library's modules lie elsewhere than `sysconfig` says: `help()` names their page of the documentation all the same."""
    import functools
    xmlrpc_server(finder, module)
    getdocloc = module.Doc.getdocloc

    @functools.wraps(getdocloc)
    def getdocloc_packed(self, object, basedir=finder.path_hook_base_str):
        if getattr(object, "__name__", "").partition(".")[0] not in sys.stdlib_module_names:
            return None
        return getdocloc(self, object, basedir)

    module.Doc.getdocloc = getdocloc_packed


def xmlrpc_server(finder, module):
    """Opens the style sheet, which lies beside the module's file, here and in `pydoc`."""
    base = finder.path_hook_base_str + "/"

    def open_packed(file, mode="r", *args, **kwargs):
        path = os.path.normpath(file) if isinstance(file, str) else ""
        if not path.startswith(base) or mode.strip("rtb"):
            return open(file, mode, *args, **kwargs)
        import io
        data = io.BytesIO(finder.get_data(path))
        return data if "b" in mode else io.TextIOWrapper(data, "utf-8")

    module.open = open_packed


def multiprocessing_spawn(finder, module):
    """A spawned child runs its parent's main script again, as `__mp_main__`: from the packed resources, because there is no file."""
    from_path = module._fixup_main_from_path

    def _fixup_main_from_path(main_path):
        if main_path != finder._main_file():
            return from_path(main_path)
        main = type(sys)("__mp_main__")
        main.__file__, main.__loader__ = main_path, finder
        module.old_main_modules.append(sys.modules["__main__"])
        exec(finder.get_code("__main__"), main.__dict__)
        sys.modules["__main__"] = sys.modules["__mp_main__"] = main

    module._fixup_main_from_path = _fixup_main_from_path


def multiprocessing(finder, module):
    method = finder.multiprocessing_set_start_method
    if method not in (None, "auto", "none"):
        module.set_start_method(method)


def pkg_resources(finder, module):
    if finder.pkg_resources_import_auto_register:
        from _oxidized_pkg_resources import register_pkg_resources_with_module
        register_pkg_resources_with_module(module)


def syntax_error(error, source):
    """Belongs to no module: adds the line to a syntax error in a source that the loader compiles."""
    if error.text is None and error.lineno:
        lines = source.splitlines(keepends=True)
        if error.lineno <= len(lines):
            line = lines[error.lineno - 1].decode("utf-8", "replace")
            error.text = line.rstrip("\r\n") + "\n" if line.endswith(("\r", "\n")) else line
