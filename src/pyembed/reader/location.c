/* In a file of its own, so that no compiler may take the zeros below for the values that a product has. */
#include "reader/location.h"

const pyembed_location_entry pyembed_location __attribute__((section(".oxidizer.location"), used, aligned(16))) = {0, 0};
