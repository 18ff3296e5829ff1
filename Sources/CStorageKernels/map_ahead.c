#include "map_ahead.h"

#if defined(__linux__)
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

static int writes_in_place(int descriptor) {
    struct statfs status;
    if (fstatfs(descriptor, &status) != 0) return 0;
    switch (status.f_type) {
    case EXT4_SUPER_MAGIC: // and those of ext2 and ext3, which are the same
    case XFS_SUPER_MAGIC:
    case TMPFS_MAGIC: return 1;
    default: return 0;
    }
}

void *storage_map_ahead(int descriptor, int64_t start, size_t count) {
    if (!writes_in_place(descriptor) || posix_fallocate(descriptor, start, (off_t)count) != 0) return NULL;
    void *memory = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, start);
    if (memory == MAP_FAILED) return NULL;
    if (madvise(memory, count, MADV_POPULATE_WRITE) == 0) return memory;
    munmap(memory, count);
    return NULL;
}
#else
void *storage_map_ahead(int descriptor, int64_t start, size_t count) {
    (void)descriptor, (void)start, (void)count;
    return NULL;
}
#endif
