/* A host that calls every function of pyembed.h, rightly and wrongly, from several threads, and is
 * called back. To be run under a tool that watches memory (hosted.py): what it returns is freed,
 * what it is given dies with the call. */
#include "pyembed.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                         \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            fprintf(stderr, "%s:%d: %s; %s\n", __FILE__, __LINE__, #condition, pyembed_error()); \
            exit(1);                                                                             \
        }                                                                                        \
    } while (0)

enum { THREADS = 4, ROUNDS = 25 };

/* Frees what it was made with: the reason why nothing may read it afterwards. */
static int
answers(const char *module, const char *function, const char *argument, const char *expected)
{
    char *heap = argument == NULL ? NULL : strdup(argument);
    char *text = pyembed_call(module, function, heap);
    free(heap);
    int same = text != NULL && strcmp(text, expected) == 0;
    pyembed_free(text);
    return same;
}

static int
fails_with(int status, const char *words)
{
    return status == -1 && strstr(pyembed_error(), words) != NULL;
}

static void
before_the_start(void)
{
    CHECK(strcmp(pyembed_error(), "") == 0);
    CHECK(fails_with(pyembed_run_source("1"), "not started"));
    CHECK(fails_with(pyembed_run_module("greeter"), "not started"));
    CHECK(fails_with(pyembed_add_function("host", "f", NULL, NULL), "not started"));
    CHECK(fails_with(pyembed_finalize(), "not started"));
    CHECK(pyembed_call("builtins", "len", "four") == NULL);
    pyembed_free(NULL);
}

static void
code_that_ends_in_every_way(void)
{
    CHECK(pyembed_run_source("x = 5") == 0);
    CHECK(pyembed_run_source("import sys; sys.exit(300)") == 44);
    CHECK(pyembed_run_source("raise SystemExit") == 0);
    CHECK(pyembed_run_source("raise SystemExit('words')") == 1);
    CHECK(fails_with(pyembed_run_source("x = (1"), "SyntaxError"));
    CHECK(fails_with(pyembed_run_source("def f():\n    raise ValueError('deep \\u00fc')\nf()"),
                     "ValueError: deep \xc3\xbc"));
    CHECK(fails_with(pyembed_run_source("raise ValueError('\\ud800')"), "ValueError"));
    CHECK(fails_with(pyembed_run_source("raise ValueError('a\\0b')"), "ValueError: a\\x00b"));
    CHECK(fails_with(pyembed_run_source("def f(): f()\nf()"), "RecursionError"));
    CHECK(pyembed_run_source("\xff\xfe") == -1);
    CHECK(fails_with(pyembed_run_module("no_such_module"), "no_such_module"));
    CHECK(pyembed_run_source("assert x == 5") == 0);
}

static void
calls_with_every_result(void)
{
    CHECK(answers("builtins", "len", "four", "4"));
    CHECK(answers("builtins", "str.upper", "\xc3\xbc", "\xc3\x9c"));
    CHECK(answers("greeter", "greet", "you", "{\"hello\": \"you\"}"));
    CHECK(answers("builtins", "dict", NULL, "{}"));
    CHECK(answers("gc", "enable", NULL, ""));
    CHECK(pyembed_call("greeter", "no.such", "x") == NULL &&
          strstr(pyembed_error(), "AttributeError") != NULL);
    CHECK(pyembed_call("no.such", "f", NULL) == NULL &&
          strstr(pyembed_error(), "ModuleNotFoundError") != NULL);
    CHECK(pyembed_call("builtins", "len", NULL) == NULL &&
          strstr(pyembed_error(), "TypeError") != NULL);
    CHECK(pyembed_call("builtins", "str", "\xff") == NULL &&
          strstr(pyembed_error(), "utf-8") != NULL);
    CHECK(pyembed_call("builtins", "chr", NULL) == NULL);
    CHECK(pyembed_call("sys", "exit", "no") == NULL);
    CHECK(pyembed_call("builtins", "eval", "chr(0xd800)") == NULL && *pyembed_error() != 0);
    CHECK(pyembed_call("builtins", "eval", "chr(0)") == NULL &&
          strstr(pyembed_error(), "NUL") != NULL);
}

/* ---- functions of the host ---- */

static char *
price(const char *article, void *context)
{
    (*(int *)context)++;
    return strcmp(article, "tea") == 0 ? strdup("3.50") : NULL;
}

/* Calls Python from within a call of Python's. */
static char *
inner(const char *argument, void *context)
{
    (void)context;
    return pyembed_call("builtins", "len", argument);
}

static char *
no_utf8(const char *argument, void *context)
{
    (void)argument, (void)context;
    return strdup("\xff");
}

static void
functions_of_the_host(void)
{
    int asked = 0;
    char *module = strdup("host"), *name = strdup("price");
    CHECK(pyembed_add_function(module, name, price, &asked) == 0);
    free(module);
    free(name);
    CHECK(pyembed_add_function("host", "inner", inner, NULL) == 0);
    CHECK(pyembed_add_function("host", "inner", inner, NULL) == 0); /* the one before is freed */
    CHECK(pyembed_add_function("host", "no_utf8", no_utf8, NULL) == 0);
    CHECK(pyembed_add_function("\xff", "x", inner, NULL) == -1 && *pyembed_error() != '\0');
    CHECK(answers("greeter", "bill", "tea", "tea: 3.50\n"));
    CHECK(pyembed_call("greeter", "bill", "coffee") == NULL &&
          strstr(pyembed_error(), "the host's function 'price' failed") != NULL);
    CHECK(pyembed_run_module("greeter") == 7);
    CHECK(asked == 3);
    CHECK(answers("host", "inner", "seven..", "7"));
    CHECK(pyembed_call("host", "no_utf8", "x") == NULL &&
          strstr(pyembed_error(), "UnicodeDecodeError") != NULL);
    CHECK(fails_with(pyembed_run_source("import host; host.price(7)"), "TypeError"));
    CHECK(
        fails_with(pyembed_run_source("import host; host.price('\\ud800')"), "UnicodeEncodeError"));
    CHECK(fails_with(pyembed_run_source("import host; host.price('tea\\0coffee')"), "NUL"));
    CHECK(pyembed_run_source(
              "import host; kept = host.price; del host.price; kept('tea'); del kept") == 0);
}

/* ---- threads ---- */

static void *
work(void *result)
{
    for (int round = 0; round < ROUNDS; round++) {
        if (pyembed_call("math", "factorial", "no number") != NULL || *pyembed_error() == '\0') {
            return NULL;
        }
        char *text = pyembed_call("builtins", "len", "four");
        *(int *)result += text == NULL ? 1000 : atoi(text);
        pyembed_free(text);
    }
    int outer = pyembed_gil_acquire(), nested = pyembed_gil_acquire();
    int right = answers("builtins", "str", "nested", "nested");
    pyembed_gil_release(nested);
    pyembed_gil_release(outer);
    return right ? result : NULL;
}

static void
threads_that_call_at_once(void)
{
    pthread_t threads[THREADS];
    int results[THREADS] = {0};
    for (int at = 0; at < THREADS; at++) {
        CHECK(pthread_create(&threads[at], NULL, work, &results[at]) == 0);
    }
    for (int at = 0; at < THREADS; at++) {
        void *done;
        CHECK(pthread_join(threads[at], &done) == 0 && done == &results[at] &&
              results[at] == 4 * ROUNDS);
    }
}

static void
handler(int number)
{
    (void)number;
}

int
main(int argc, char **argv)
{
    struct sigaction after;
    before_the_start();
    signal(SIGINT, handler);
    CHECK(pyembed_initialize(argc, argv) == 0);
    CHECK(fails_with(pyembed_initialize(argc, argv), "once in a process"));
    CHECK(sigaction(SIGINT, NULL, &after) == 0 && after.sa_handler == handler);
    code_that_ends_in_every_way();
    calls_with_every_result();
    functions_of_the_host();
    threads_that_call_at_once();
    CHECK(pyembed_finalize() == 0);
    CHECK(fails_with(pyembed_run_source("1"), "was ended"));
    CHECK(fails_with(pyembed_initialize(argc, argv), "once in a process"));
    puts("every call did what it says");
    return 0;
}
