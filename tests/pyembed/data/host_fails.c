/* A host of a product that cannot start: the reason is its alone to print. */
#include "pyembed.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    int result = pyembed_initialize(argc, argv);
    printf("%d: %s\n", result, pyembed_error());
    return 0;
}
