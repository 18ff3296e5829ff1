#pragma once

#include <stddef.h>

/// Names the calling thread, as debuggers and `ps -L` show it. Linux keeps the first 15 bytes.
void thread_set_name(const char *name);

/// Starts a detached thread that calls `body` with `context`.
/// @param stack_size in bytes; 0 for what the system gives.
/// @return 0, or the system's error.
int thread_start(size_t stack_size, void (*body)(void *context), void *context);
