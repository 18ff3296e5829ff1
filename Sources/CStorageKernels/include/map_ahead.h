#pragma once
#include <stddef.h>
#include <stdint.h>

/// Allocates `count` bytes of a file from `start` (a multiple of the page size) on, which become its end if it is shorter, maps
/// them for reading and writing, and touches their pages, so that stores to them neither fail nor wait.
///
/// Returns NULL where that cannot be promised: on file systems that do not write in place, for which a full disk would be
/// noticed by a store alone, which ends the process; on a full disk; before Linux 5.14; on other systems. The file may have
/// become longer then.
void *storage_map_ahead(int descriptor, int64_t start, size_t count);
