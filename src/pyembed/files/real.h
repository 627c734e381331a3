/* How the room defines the C library's file functions, and reaches the library's own.
 *
 * An executable defines them by their names, and exports them: its own code and every shared object
 * that it loads are bound to the executable's definition first. Where nothing can be exported
 * (static executables, shared libraries) the linker renames the uses (`--wrap`).
 *
 * Include it before any other header. */
#ifndef PYEMBED_REAL_H
#define PYEMBED_REAL_H

/* The headers' checked forms of these functions are inline, and would be in the way. */
#undef _FORTIFY_SOURCE

#include <stdatomic.h>
#include <stddef.h>

#ifdef PYEMBED_FILES_WRAPPED
#define NAME(function) __wrap_##function
#define REAL(function) __real_##function
#define DECLARE(function)                          \
    extern __typeof__(function) __real_##function; \
    extern __typeof__(function) __wrap_##function
#else
#define NAME(function) function
#define REAL(function) ((__typeof__(&function))pyembed_real(&real_##function))
#define DECLARE(function)                                                             \
    static pyembed_real_function real_##function                                      \
        __attribute__((section("pyembed_real_functions"), used)) = {NULL, #function}; \
    extern __typeof__(function) function __attribute__((visibility("default")))

typedef struct {
    _Atomic(void *) address; /* NULL until it is looked up */
    const char *name;
} pyembed_real_function;

/* Looks a function up behind the executable. If there is none, the result is a function that fails
 * with ENOSYS. */
void *pyembed_real_look_up(pyembed_real_function *function);

static inline void *
pyembed_real(pyembed_real_function *function)
{
    void *address = atomic_load_explicit(&function->address, memory_order_relaxed);
    return __builtin_expect(address != NULL, 1) ? address : pyembed_real_look_up(function);
}
#endif

/* A second name of a function, for the same arguments: on 64-bit systems `open64` is `open`. By the
 * assembler, because headers declare some of them with other, equal types. */
#define STRING_OF_(text) #text
#define STRING_OF(text) STRING_OF_(text)
#define ALIAS(other, function)                                     \
    __asm__(".globl " STRING_OF(NAME(other)) "\n.type " STRING_OF( \
        NAME(other)) ", @function\n"                               \
                     ".set " STRING_OF(NAME(other)) ", " STRING_OF(NAME(function)))

#endif
