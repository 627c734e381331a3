/* Reads the dynamic section by the file's own program headers; every read is checked against the
 * size of the image. */
#include "files/needs.h"

#include <elf.h>
#include <link.h>
#include <string.h>

typedef struct {
    const unsigned char *bytes;
    size_t size;
    ElfW(Ehdr) header;
} elf_image;

static int
copy_from(const elf_image *image, size_t offset, void *to, size_t size)
{
    if (offset > image->size || size > image->size - offset) {
        return -1;
    }
    memcpy(to, image->bytes + offset, size);
    return 0;
}

static int
segment_at(const elf_image *image, size_t number, ElfW(Phdr) * segment)
{
    return number < image->header.e_phnum &&
           copy_from(image, image->header.e_phoff + number * sizeof *segment, segment,
                     sizeof *segment) == 0;
}

/* Where an address of the loaded library lies in the file; or `size`: nowhere. */
static size_t
offset_of(const elf_image *image, ElfW(Addr) address)
{
    ElfW(Phdr) segment;
    for (size_t number = 0; segment_at(image, number, &segment); number++) {
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
            address - segment.p_vaddr < segment.p_filesz) {
            size_t offset = segment.p_offset + (address - segment.p_vaddr);
            return offset < image->size ? offset : image->size;
        }
    }
    return image->size;
}

static int
entry_at(const elf_image *image, const ElfW(Phdr) * dynamic, size_t number, ElfW(Dyn) * entry)
{
    return (number + 1) * sizeof *entry <= dynamic->p_filesz &&
           copy_from(image, dynamic->p_offset + number * sizeof *entry, entry, sizeof *entry) ==
               0 &&
           entry->d_tag != DT_NULL;
}

/* NULL unless it ends within the image. */
static const char *
text_at(const elf_image *image, size_t table, size_t offset)
{
    if (table >= image->size || offset >= image->size - table) {
        return NULL;
    }
    const unsigned char *text = image->bytes + table + offset;
    return memchr(text, '\0', image->size - table - offset) == NULL ? NULL : (const char *)text;
}

void
pyembed_each_need(const unsigned char *bytes, size_t size,
                  void (*take)(void *context, const char *soname, const char *folders),
                  void *context)
{
    elf_image image = {.bytes = bytes, .size = size};
    ElfW(Phdr) dynamic = {0};
    ElfW(Dyn) entry;
    if (copy_from(&image, 0, &image.header, sizeof image.header) < 0 ||
        memcmp(image.header.e_ident, ELFMAG, SELFMAG) != 0 ||
        image.header.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
        image.header.e_phentsize != sizeof(ElfW(Phdr))) {
        return;
    }
    for (size_t number = 0; segment_at(&image, number, &dynamic); number++) {
        if (dynamic.p_type == PT_DYNAMIC) {
            break;
        }
    }
    if (dynamic.p_type != PT_DYNAMIC) {
        return;
    }
    size_t table = image.size, runpath = 0, rpath = 0;
    for (size_t number = 0; entry_at(&image, &dynamic, number, &entry); number++) {
        table = entry.d_tag == DT_STRTAB ? offset_of(&image, entry.d_un.d_ptr) : table;
        runpath = entry.d_tag == DT_RUNPATH ? entry.d_un.d_val : runpath;
        rpath = entry.d_tag == DT_RPATH ? entry.d_un.d_val : rpath;
    }
    size_t folders = runpath != 0 ? runpath : rpath;
    for (size_t number = 0; entry_at(&image, &dynamic, number, &entry); number++) {
        const char *soname =
            entry.d_tag == DT_NEEDED ? text_at(&image, table, entry.d_un.d_val) : NULL;
        if (soname != NULL) {
            take(context, soname, folders == 0 ? NULL : text_at(&image, table, folders));
        }
    }
}
