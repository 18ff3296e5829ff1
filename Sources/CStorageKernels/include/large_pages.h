#pragma once
#include <stddef.h>
#include <stdint.h>

// Tells the kernel that all of a large buffer will be written, so that it may use large pages. Changes no content.
void storage_advise_large_pages(void *memory, size_t length);

// Lets the C library give buffers of a megabyte and more back to the system when they are freed, for the whole process.
void storage_return_large_buffers_at_once(void);
