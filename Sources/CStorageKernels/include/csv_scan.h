#pragma once
// Finds the ends of fields and lines in delimited text.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Marks, in a list of field ends, those that end a line too. Positions are below 2^31.
#define CSV_LINE_END 0x80000000u

// One bit for each of 64 bytes that equals `wanted`, by 8-byte words, for any little-endian machine.
static inline uint64_t csv_equal_mask_portable(const uint8_t *bytes, uint8_t wanted) {
  const uint64_t low = 0x7f7f7f7f7f7f7f7full;
  const uint64_t pattern = 0x0101010101010101ull * wanted;
  uint64_t mask = 0;
  for (int group = 0; group < 8; group++) {
    uint64_t word;
    memcpy(&word, bytes + group * 8, 8);
    word ^= pattern;
    // The top bit of each byte tells whether it is zero; a multiplication gathers the eight of them.
    uint64_t zero = ~(((word & low) + low) | word | low);
    mask |= (((zero >> 7) * 0x0102040810204080ull) >> 56) << (group * 8);
  }
  return mask;
}

static inline uint64_t csv_equal_mask(const uint8_t *bytes, uint8_t wanted) {
#if defined(__SSE2__)
  const __m128i pattern = _mm_set1_epi8((char)wanted);
  uint64_t mask = 0;
  for (int group = 0; group < 4; group++) {
    const __m128i part = _mm_loadu_si128((const __m128i *)(bytes + group * 16));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(part, pattern)) << (group * 16);
  }
  return mask;
#else
  return csv_equal_mask_portable(bytes, wanted);
#endif
}

static inline size_t csv_append_ends(uint64_t separators, uint64_t lines, size_t base, uint32_t *ends, size_t count) {
  while (separators) {
    const uint64_t lowest = separators & (0 - separators);
    const uint32_t position = (uint32_t)(base + (size_t)__builtin_ctzll(separators));
    ends[count++] = position | ((lines & lowest) ? CSV_LINE_END : 0);
    separators ^= lowest;
  }
  return count;
}

// Lists the positions of all delimiters and line feeds in [from, to) of a text without quotes, and how many there are.
// `ends` has room for `to - from` positions.
static inline size_t csv_scan(const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter, uint32_t *ends) {
  size_t count = 0, position = from;
  for (; position + 64 <= to; position += 64) {
    const uint64_t lines = csv_equal_mask(bytes + position, '\n');
    const uint64_t separators = lines | csv_equal_mask(bytes + position, delimiter);
    count = csv_append_ends(separators, lines, position, ends, count);
  }
  for (; position < to; position++) {
    if (bytes[position] == '\n') {
      ends[count++] = (uint32_t)position | CSV_LINE_END;
    } else if (bytes[position] == delimiter) {
      ends[count++] = (uint32_t)position;
    }
  }
  return count;
}

// Like csv_scan where fields may be quoted (RFC 4180): a quote opens only at the start of a field, two quotes inside
// stand for one. With `spans_lines` a quoted field may hold line feeds; without, a line feed ends it.
static inline size_t csv_scan_quoted(const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter, uint8_t quote,
                                     bool spans_lines, uint32_t *ends) {
  size_t count = 0, position = from;
  while (position < to) {
    if (bytes[position] == quote) {
      position++;
      while (position < to && (spans_lines || bytes[position] != '\n')) {
        if (bytes[position] != quote) {
          position++;
        } else if (position + 1 < to && bytes[position + 1] == quote) {
          position += 2;
        } else {
          position++;
          break;
        }
      }
    }
    while (position < to && bytes[position] != delimiter && bytes[position] != '\n') position++;
    if (position < to) {
      ends[count++] = (uint32_t)position | (bytes[position] == '\n' ? CSV_LINE_END : 0);
      position++;
    }
  }
  return count;
}

// Where a scan that goes on from buffer to buffer stands.
enum csv_state { CSV_FIELD_START = 0, CSV_IN_FIELD = 1, CSV_IN_QUOTES = 2, CSV_AFTER_QUOTE = 3 };

struct csv_bounds {
  // Just past the first and the last line feed outside quotes at or after `minimum`; -1 where there is none.
  ptrdiff_t first, last;
  enum csv_state state;
};

// Finds where the first and the last record of a buffer end, given the state in which the buffer before it ended.
static inline struct csv_bounds csv_record_bounds(const uint8_t *bytes, size_t count, size_t minimum, uint8_t delimiter,
                                                  uint8_t quote, enum csv_state state) {
  struct csv_bounds bounds = {-1, -1, state};
  for (size_t position = 0; position < count; position++) {
    const uint8_t byte = bytes[position];
    if (bounds.state == CSV_IN_QUOTES) {
      if (byte == quote) bounds.state = CSV_AFTER_QUOTE;
      continue;
    }
    if (byte == quote && (bounds.state == CSV_FIELD_START || bounds.state == CSV_AFTER_QUOTE)) {
      bounds.state = CSV_IN_QUOTES;
    } else if (byte == '\n') {
      if (position + 1 >= minimum) {
        if (bounds.first < 0) bounds.first = (ptrdiff_t)position + 1;
        bounds.last = (ptrdiff_t)position + 1;
      }
      bounds.state = CSV_FIELD_START;
    } else {
      bounds.state = byte == delimiter ? CSV_FIELD_START : CSV_IN_FIELD;
    }
  }
  return bounds;
}
