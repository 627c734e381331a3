/* A program that is packed: says how it was started. */
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    char text[64];
    ssize_t size = argc > 1 && argv[1][0] == '<' ? read(0, text, sizeof text) : 0;
    printf("helper %d %s %.*s\n", argc, argc > 1 ? argv[1] : "", (int)size, text);
    return 5;
}
