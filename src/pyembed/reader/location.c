/* In a file of its own: a compiler that sees the zeros may fold them into the code that reads them.
 */
#include "reader/location.h"

const pyembed_location_entry pyembed_location
    __attribute__((section(".oxidizer.location"), used, aligned(16))) = {0, 0};
