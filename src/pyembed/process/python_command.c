/* As CPython reads its command line (Python/getopt.c; 3.11 to 3.14). */
#include "process/python_command.h"

#include <string.h>

/* After a word of options: */
typedef enum { GOES_ON, NEEDS_WORD, ENDS, IS_UNKNOWN } outcome;

static outcome
read_long(const char *word)
{
    static const char *const said[] = {"--help", "--version", "--help-all", "--help-env",
                                       "--help-xoptions"};
    for (unsigned at = 0; at < sizeof said / sizeof said[0]; at++) {
        if (strcmp(word, said[at]) == 0) {
            return ENDS;
        }
    }
    return strcmp(word, "--check-hash-based-pycs") == 0 ? NEEDS_WORD : IS_UNKNOWN;
}

/* Letters of one word: flags, then perhaps an option whose value is the rest or the next word. */
static outcome
read_letters(const char *word, int has_next)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        if (*at == 'c' || *at == 'm') {
            return at[1] != '\0' || has_next ? ENDS : IS_UNKNOWN;
        }
        if (*at == 'W' || *at == 'X') {
            return at[1] != '\0' ? GOES_ON : NEEDS_WORD;
        }
        if (strchr("hV?", *at) != NULL) {
            return ENDS;
        }
        if (strchr("bBdEiIOPqRsStuvx", *at) == NULL) {
            return IS_UNKNOWN;
        }
    }
    return GOES_ON;
}

pyembed_command
pyembed_read_command(int argc, char **argv)
{
    const pyembed_command unknown = {PYEMBED_COMMAND_UNKNOWN, 0}, code = {PYEMBED_COMMAND_CODE, 0},
                          input = {PYEMBED_COMMAND_INPUT, 0};
    int is_interactive = 0;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        if (word[0] != '-') {
            return (pyembed_command){PYEMBED_COMMAND_FILE, at};
        }
        if (word[1] == '\0') {
            return code; /* it says in so many words that code comes from standard input */
        }
        if (strcmp(word, "--") == 0) {
            return at + 1 < argc ? (pyembed_command){PYEMBED_COMMAND_FILE, at + 1} : input;
        }
        is_interactive |= word[1] != '-' && strcspn(word, "i") < strcspn(word, "cmWX");
        outcome after = word[1] == '-' ? read_long(word) : read_letters(word, at + 1 < argc);
        if (after == NEEDS_WORD && ++at >= argc) {
            return unknown;
        }
        if (after == ENDS || after == IS_UNKNOWN) {
            return after == ENDS ? code : unknown;
        }
    }
    return is_interactive ? code : input;
}
