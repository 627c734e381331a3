/* virtual_files = false: CPython's own `open`. */
#include "io/open.h"

int
pyembed_open_install(void)
{
    return 0;
}
