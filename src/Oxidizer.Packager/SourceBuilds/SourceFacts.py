"""Prints what PYTHON.json says of an interpreter, as JSON: run by the interpreter that is described, from its place."""
import importlib.machinery
import importlib.util
import json
import sys
import sysconfig

print(json.dumps({
    "python_abi_tag": sys.abiflags,
    "python_implementation_cache_tag": sys.implementation.cache_tag,
    "python_implementation_hex_version": sys.implementation.hexversion,
    "python_implementation_name": sys.implementation.name,
    "python_implementation_version": [str(part) for part in sys.implementation.version],
    "python_platform_tag": sysconfig.get_platform(),
    "python_version": sys.version.split()[0].rstrip("+"),
    "python_major_minor_version": sysconfig.get_python_version(),
    "python_tag": "cp%d%d" % sys.version_info[:2],
    "python_suffixes": {
        "bytecode": importlib.machinery.BYTECODE_SUFFIXES,
        "debug_bytecode": importlib.machinery.DEBUG_BYTECODE_SUFFIXES,
        "extension": importlib.machinery.EXTENSION_SUFFIXES,
        "optimized_bytecode": importlib.machinery.OPTIMIZED_BYTECODE_SUFFIXES,
        "source": importlib.machinery.SOURCE_SUFFIXES,
    },
    "python_bytecode_magic_number": importlib.util.MAGIC_NUMBER.hex(),
    "python_paths": sysconfig.get_paths(),
    "python_paths_abstract": sysconfig.get_paths(expand=False),
    "python_config_vars": {name: str(value) for name, value in sysconfig.get_config_vars().items()},
    "builtin_module_names": sorted(sys.builtin_module_names),
}))
