#pragma once

/// Names the calling thread, as debuggers and `ps -L` show it. Linux keeps the first 15 bytes.
void thread_set_name(const char *name);
