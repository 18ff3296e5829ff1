// Kernels of the Parquet reader and writer: encodings of apache/parquet-format, Encodings.md.
//
// Decoders never read past `length` bytes of `source` nor write past `count` values. They return the bytes consumed, or
// a negative PARQUET_ code. Little-endian machines only, as is every platform of this package.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define PARQUET_TRUNCATED (-1)     // the source ends before the last value
#define PARQUET_BAD_INDEX (-2)     // an index lies outside the dictionary
#define PARQUET_MALFORMED (-3)     // a header or run contradicts the format
#define PARQUET_COUNT_MISMATCH (-4) // the source holds another number of values

// RLE / bit-packed hybrid of `width` (0 to 32) bits a value.
int64_t parquet_rle_decode(const uint8_t *source, size_t length, unsigned width, uint32_t *out, size_t count);

// The same, each index replaced by its dictionary value.
int64_t parquet_rle_gather32(const uint8_t *source, size_t length, unsigned width, const uint32_t *dictionary,
                             size_t dictionary_count, uint32_t *out, size_t count);
int64_t parquet_rle_gather64(const uint8_t *source, size_t length, unsigned width, const uint64_t *dictionary,
                             size_t dictionary_count, uint64_t *out, size_t count);

// RLE / bit-packed hybrid of 1 bit, into bits of `words` from bit `offset` on (which are zero before); adds the number
// of ones to `ones`.
int64_t parquet_rle_bits(const uint8_t *source, size_t length, uint64_t *words, size_t offset, size_t count,
                         size_t *ones);

// Copies bits (least significant first) into zero bits of `words`; returns how many are one. `source` holds at least
// (count + 7) / 8 bytes.
size_t parquet_copy_bits(const uint8_t *source, uint64_t *words, size_t offset, size_t count);

// Sets bits offset ..< offset + count.
void parquet_set_bits(uint64_t *words, size_t offset, size_t count);

// The number of ones among bits offset ..< offset + count.
size_t parquet_count_bits(const uint64_t *words, size_t offset, size_t count);

// DELTA_BINARY_PACKED of exactly `count` values.
int64_t parquet_delta_decode32(const uint8_t *source, size_t length, uint32_t *out, size_t count);
int64_t parquet_delta_decode64(const uint8_t *source, size_t length, uint64_t *out, size_t count);

// The most bytes that parquet_delta_encode32 and 64 write.
size_t parquet_delta_bound(size_t count);

// Writes DELTA_BINARY_PACKED; returns the bytes written.
size_t parquet_delta_encode32(const uint32_t *values, size_t count, uint8_t *out);
size_t parquet_delta_encode64(const uint64_t *values, size_t count, uint8_t *out);

// BYTE_STREAM_SPLIT: `source` holds count * width bytes.
void parquet_byte_stream_join(const uint8_t *source, size_t count, size_t width, uint8_t *out);

// Moves the first `present` values to the rows whose validity bit is one; the other rows become zero. `present` is the
// number of ones among bits offset ..< offset + rows.
void parquet_spread32(uint32_t *values, size_t present, const uint64_t *validity, size_t offset, size_t rows);
void parquet_spread64(uint64_t *values, size_t present, const uint64_t *validity, size_t offset, size_t rows);

// The inverse: the values of the rows whose bit is one, densely; `out` has room for `rows` values. Returns their number.
size_t parquet_compact32(const uint32_t *values, const uint64_t *validity, size_t offset, size_t rows, uint32_t *out);
size_t parquet_compact64(const uint64_t *values, const uint64_t *validity, size_t offset, size_t rows, uint64_t *out);

// The most bytes that parquet_rle_encode writes.
size_t parquet_rle_bound(size_t count, unsigned width);

// Writes the RLE / bit-packed hybrid of `width` (1 to 32) bits; values fit the width. Returns the bytes written.
size_t parquet_rle_encode(const uint32_t *values, size_t count, unsigned width, uint8_t *out);

// The same for bits of a bitmap, 1 bit a value.
size_t parquet_rle_encode_bits(const uint64_t *words, size_t offset, size_t count, uint8_t *out);

// Copies bits offset ..< offset + count to bytes, least significant first; unused bits of the last byte are zero.
void parquet_pack_bits(const uint64_t *words, size_t offset, size_t count, uint8_t *out);

// Smallest and largest value; count is at least 1. Floating point leaves NaN out: all NaN gives minimum > maximum.
void parquet_range_i32(const int32_t *values, size_t count, int32_t *minimum, int32_t *maximum);
void parquet_range_i64(const int64_t *values, size_t count, int64_t *minimum, int64_t *maximum);
void parquet_range_f32(const float *values, size_t count, float *minimum, float *maximum);
void parquet_range_f64(const double *values, size_t count, double *minimum, double *maximum);

// Dictionary building: `indices[i]` becomes the position of value i in `dictionary`, in order of first appearance.
// Returns the dictionary's size, or -1 as soon as it would pass `limit` or is seen not to pay.
//
// By direct addressing: all values lie in minimum ..< minimum + range; `table` holds `range` zeros.
int64_t parquet_dictionary_direct32(const int32_t *values, size_t count, int32_t minimum, uint32_t *table,
                                    uint32_t *indices, int32_t *dictionary, size_t limit);
int64_t parquet_dictionary_direct64(const int64_t *values, size_t count, int64_t minimum, uint32_t *table,
                                    uint32_t *indices, int64_t *dictionary, size_t limit);

// By hashing: `table` has room for `slots` entries, a power of two of at least 1024 and at least 2 * limit.
int64_t parquet_dictionary_hash32(const uint32_t *values, size_t count, uint32_t *table, size_t slots,
                                  uint32_t *indices, uint32_t *dictionary, size_t limit);
int64_t parquet_dictionary_hash64(const uint64_t *values, size_t count, uint32_t *table, size_t slots,
                                  uint32_t *indices, uint64_t *dictionary, size_t limit);

// For byte strings: value i is bytes[offsets[i] ..< offsets[i + 1]]; `dictionary` gets the row of each entry's first
// appearance.
int64_t parquet_dictionary_bytes(const int32_t *offsets, const uint8_t *bytes, size_t count, uint32_t *table,
                                 size_t slots, uint32_t *indices, uint32_t *dictionary, size_t limit);
