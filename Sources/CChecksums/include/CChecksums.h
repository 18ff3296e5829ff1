#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of bytes that follow others of checksum `previous`; 0 at the start.
/// Uses the processor's instruction where it has one.
uint32_t checksums_crc32c(uint32_t previous, const uint8_t *bytes, size_t count);

/// The same by tables, for every processor.
uint32_t checksums_crc32c_portable(uint32_t previous, const uint8_t *bytes, size_t count);

/// The checksum of each chunk of `chunk` bytes (the last one may be shorter), 4 bytes each, most significant byte first.
void checksums_crc32c_chunks(const uint8_t *bytes, size_t count, size_t chunk, uint8_t *sums);
