#pragma once
#include <stddef.h>
#include <stdint.h>

// Tells the kernel that all of a large buffer will be written, so that it may use large pages. Changes no content.
void storage_advise_large_pages(void *memory, size_t length);
