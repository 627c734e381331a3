/* Where the packed resources are. */
#ifndef PYEMBED_LOCATION_H
#define PYEMBED_LOCATION_H

#include <stdint.h>

/* The runtime is linked once, without resources. The packager then adds the blob to the linked file
 * as a segment, and writes its place here (src/Oxidizer.Packager/Linking/SpliceResources.cs). A
 * changed module needs no linker. */
typedef struct {
    int64_t offset; /* of the blob from this object's own address, in bytes: independent of where
                       the executable is loaded */
    uint64_t size;  /* of the blob, in bytes; 0 until the packager has written it */
} pyembed_location_entry;

extern const pyembed_location_entry pyembed_location __attribute__((visibility("hidden")));

#endif
