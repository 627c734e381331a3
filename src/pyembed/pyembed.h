/* The runtime of a product: a CPython that imports everything from the packed resources that are linked into the executable. */
#ifndef PYEMBED_H
#define PYEMBED_H

/* Boots CPython, does what the product's settings say (a module, a REPL, nothing, ...), and ends CPython.
 * `argv` is main's, and stays the caller's. To be called once, from the main thread. Returns the exit code; a program that
 * exits through SystemExit may end the process inside. */
__attribute__((visibility("default"))) int pyembed_main(int argc, char **argv);

#endif
