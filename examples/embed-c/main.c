/* A C program that hosts a Python program: it calls Python, Python calls it, and nothing of Python
 * is on the disk. */
#include "pyembed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Python calls this as host.price(name). */
static char *
price(const char *article, void *context)
{
    int *asked = context;
    (*asked)++;
    return strcmp(article, "tea") == 0 ? strdup("3.50") : NULL;
}

static int
fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, pyembed_error());
    return 1;
}

int
main(int argc, char **argv)
{
    int asked = 0;
    if (pyembed_initialize(argc, argv) < 0) {
        return fail("start");
    }
    if (pyembed_add_function("host", "price", price, &asked) < 0) {
        return fail("add host.price");
    }

    char *answer = pyembed_call("greeter", "greet", argc > 1 ? argv[1] : "world");
    if (answer == NULL) {
        return fail("greeter.greet");
    }
    printf("%s\n", answer);
    pyembed_free(answer);

    answer = pyembed_call("greeter", "bill", "coffee");
    printf("%s", answer == NULL ? "no coffee\n" : answer);
    pyembed_free(answer);

    fflush(stdout); /* Python prints through buffers of its own */
    int status = pyembed_run_module("greeter");
    if (status < 0) {
        return fail("python -m greeter");
    }
    printf("greeter ended with %d, host.price was asked %d times\n", status, asked);
    return pyembed_finalize() < 0 ? fail("end") : 0;
}
