#if defined(__linux__)
#define _DEFAULT_SOURCE
#include <features.h>
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include "large_pages.h"

// Page faults are a good part of the time that it takes to fill a large buffer; large pages make them few.
void storage_advise_large_pages(void *memory, size_t length) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t large = (uintptr_t)1 << 21;
    const uintptr_t start = ((uintptr_t)memory + large - 1) & ~(large - 1);
    const uintptr_t end = ((uintptr_t)memory + length) & ~(large - 1);
    if (end > start) (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)length;
#endif
}

void storage_return_large_buffers_at_once(void) {
#if defined(__GLIBC__)
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}
