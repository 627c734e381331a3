/* The turn to load shared objects. It is a lock of the process, because libraries are: interpreters with a GIL of their own share them.
 *
 * A thread that waits for the turn holds no GIL, for the one that has it may need the GIL again. So it may have the turn while it waits for the GIL,
 * and the thread with the GIL may fork: in the child nobody would ever give the turn back. The child therefore takes it from whoever is not there.
 * Nothing is half done then: a library counts as loaded when dlopen came back, and dlopen runs with the GIL held, as in CPython itself. To hold the
 * fork back until the turn is free (pthread_atfork's `prepare`) would be a deadlock: that thread waits for the GIL of the one that forks. */
#include "extensions/loading.h"

#include "compat.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(pthread_t) loader; /* who has the turn, 0: nobody */
static unsigned depth;            /* how often it was taken */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int registered;

/* The thread that forked is the only one in the child, by the same name. */
static void
take_from_the_missing(void)
{
    if (atomic_load(&loader) != pthread_self()) {
        pthread_mutex_init(&turn, NULL);
        atomic_store(&loader, 0);
        depth = 0;
    }
}

static void
watch_forks(void)
{
    registered = pthread_atfork(NULL, NULL, take_from_the_missing) == 0;
}

int
pyembed_loading_begin(void)
{
    pthread_once(&once, watch_forks);
    if (!registered) {
        PyErr_NoMemory(); /* all that pthread_atfork can want for */
        return -1;
    }
    /* A library's constructor, or an object that the collector finds meanwhile, may import on its own. */
    if (atomic_load(&loader) != pthread_self()) {
        Py_BEGIN_ALLOW_THREADS
        pthread_mutex_lock(&turn);
        atomic_store(&loader, pthread_self());
        Py_END_ALLOW_THREADS
    }
    depth++;
    return 0;
}

void
pyembed_loading_end(void)
{
    if (--depth == 0) {
        atomic_store(&loader, 0);
        pthread_mutex_unlock(&turn);
    }
}
