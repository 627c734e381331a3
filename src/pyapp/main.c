/* The `main` that a product starts with. */
#include "pyembed.h"

int
main(int argc, char **argv)
{
    return pyembed_main(argc, argv);
}
