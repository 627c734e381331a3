/* virtual_files = false: packed files have no paths that the C library knows. */
#include "files/files.h"

void
pyembed_files_begin(void)
{
}
