/* The turn: the lock that a thread holds while it loads shared objects. It is one for the process,
 * because interpreters with a GIL of their own share libraries.
 *
 * Release the GIL while waiting for the turn; the thread that is loading may need it. So a thread
 * can hold the turn and wait for the GIL while the thread with the GIL forks. In the child nobody
 * would release the turn, so the child resets it. No work is half done at that moment: a library
 * counts as loaded when dlopen has returned, and dlopen runs with the GIL held, as in CPython
 * itself. Waiting for the turn before the fork (pthread_atfork's `prepare`) would deadlock: the
 * holder waits for the GIL of the forking thread. */
#include "extensions/loading.h"

#include "compat.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(pthread_t) loader; /* the thread that holds the turn, 0: none */
static unsigned depth;            /* how often that thread took it */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int registered;

/* In the child only the forking thread exists; pthread_self() is the same. */
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
        PyErr_NoMemory(); /* the only error of pthread_atfork */
        return -1;
    }
    /* A library's constructor, or a finalizer that the collector runs, may import too. */
    if (atomic_load(&loader) != pthread_self()) {
        Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&turn);
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
