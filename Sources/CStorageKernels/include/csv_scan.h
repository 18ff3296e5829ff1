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

// Where a scan stands between two bytes.
enum csv_state { CSV_FIELD_START = 0, CSV_IN_FIELD = 1, CSV_IN_QUOTES = 2, CSV_AFTER_QUOTE = 3 };

// What up to 64 bytes of a text with quotes are; one bit each.
struct csv_classes {
  // Delimiters and line feeds that end a field.
  uint64_t separators;
  // Line feeds that end a record.
  uint64_t lines;
  // Line feeds in quotes.
  uint64_t quoted_lines;
  // Quotes that neither open nor close a field: those after another that stand for one, and those inside unquoted text.
  uint64_t inner_quotes;
};

// Bit i is the exclusive or of bits 0 to i.
static inline uint64_t csv_prefix_xor(uint64_t mask) {
  for (int shift = 1; shift < 64; shift *= 2) mask ^= mask << shift;
  return mask;
}

// Byte after byte. A quote opens only at the start of a field, two quotes inside stand for one (RFC 4180). With
// `spans_lines` a quoted field may hold line feeds; without, a line feed ends it.
static inline struct csv_classes csv_classify_bytes(const uint8_t *bytes, size_t count, uint8_t delimiter, uint8_t quote,
                                                    bool spans_lines, enum csv_state *state) {
  struct csv_classes classes = {0, 0, 0, 0};
  for (size_t position = 0; position < count; position++) {
    const uint8_t byte = bytes[position];
    const uint64_t bit = 1ull << position;
    if (*state == CSV_IN_QUOTES && (byte != '\n' || spans_lines)) {
      if (byte == quote) *state = CSV_AFTER_QUOTE;
      if (byte == '\n') classes.quoted_lines |= bit;
    } else if (byte == quote && (*state == CSV_FIELD_START || *state == CSV_AFTER_QUOTE)) {
      if (*state == CSV_AFTER_QUOTE) classes.inner_quotes |= bit;
      *state = CSV_IN_QUOTES;
    } else if (byte == '\n' || byte == delimiter) {
      classes.separators |= bit;
      if (byte == '\n') classes.lines |= bit;
      *state = CSV_FIELD_START;
    } else {
      if (byte == quote) classes.inner_quotes |= bit;
      *state = CSV_IN_FIELD;
    }
  }
  return classes;
}

// The same for exactly 64 bytes: what is in quotes follows from the parity of the quotes before (as in G. Langdale and
// D. Lemire, "Parsing Gigabytes of JSON per Second", 2019), unless one stands inside a field without opening anything.
static inline struct csv_classes csv_classify(const uint8_t *bytes, uint8_t delimiter, uint8_t quote, bool spans_lines,
                                              enum csv_state *state) {
  const uint64_t quotes = csv_equal_mask(bytes, quote);
  const uint64_t line_feeds = csv_equal_mask(bytes, '\n');
  const uint64_t ends = line_feeds | csv_equal_mask(bytes, delimiter);
  uint64_t inside = *state == CSV_IN_QUOTES ? ~0ull : 0, inner_quotes = 0;
  if (quotes) {
    inside ^= csv_prefix_xor(quotes);
    const uint64_t may_open = (quotes | ends) << 1 | (*state != CSV_IN_FIELD);
    if (quotes & inside & ~may_open) return csv_classify_bytes(bytes, 64, delimiter, quote, spans_lines, state);
    inner_quotes = quotes & inside & (quotes << 1 | (*state == CSV_AFTER_QUOTE));
  }
  if (!spans_lines && (line_feeds & inside)) {
    return csv_classify_bytes(bytes, 64, delimiter, quote, spans_lines, state);
  }
  *state = inside >> 63   ? CSV_IN_QUOTES
           : quotes >> 63 ? CSV_AFTER_QUOTE
           : ends >> 63   ? CSV_FIELD_START
                          : CSV_IN_FIELD;
  const struct csv_classes classes = {ends & ~inside, line_feeds & ~inside, line_feeds & inside, inner_quotes};
  return classes;
}

// What a scan of a text with quotes finds.
struct csv_quoted_scan {
  // Positions in the list.
  size_t count;
  // Line feeds in quotes.
  size_t quoted_lines;
  bool has_inner_quotes;
};

// Like csv_scan where fields may be quoted.
static inline struct csv_quoted_scan csv_scan_quoted(const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter,
                                                     uint8_t quote, bool spans_lines, uint32_t *ends) {
  enum csv_state state = CSV_FIELD_START;
  struct csv_quoted_scan scan = {0, 0, false};
  for (size_t position = from; position < to; position += 64) {
    const struct csv_classes classes =
        to - position >= 64
            ? csv_classify(bytes + position, delimiter, quote, spans_lines, &state)
            : csv_classify_bytes(bytes + position, to - position, delimiter, quote, spans_lines, &state);
    scan.count = csv_append_ends(classes.separators, classes.lines, position, ends, scan.count);
    if (__builtin_expect((classes.quoted_lines | classes.inner_quotes) != 0, 0)) {
      scan.quoted_lines += (size_t)__builtin_popcountll(classes.quoted_lines);
      if (classes.inner_quotes) scan.has_inner_quotes = true;
    }
  }
  return scan;
}

struct csv_bounds {
  // Just past the first and the last line feed outside quotes at or after `minimum`; -1 where there is none.
  ptrdiff_t first, last;
  enum csv_state state;
};

// Finds where the first and the last record of a buffer end, given the state in which the buffer before it ended.
static inline struct csv_bounds csv_record_bounds(const uint8_t *bytes, size_t count, size_t minimum, uint8_t delimiter,
                                                  uint8_t quote, enum csv_state state) {
  struct csv_bounds bounds = {-1, -1, state};
  for (size_t position = 0; position < count; position += 64) {
    const struct csv_classes classes =
        count - position >= 64
            ? csv_classify(bytes + position, delimiter, quote, true, &bounds.state)
            : csv_classify_bytes(bytes + position, count - position, delimiter, quote, true, &bounds.state);
    uint64_t lines = classes.lines;
    if (position + 1 < minimum) {
      // Line feeds whose record would end before the minimum.
      const size_t early = minimum - 1 - position;
      lines = early >= 64 ? 0 : lines >> early << early;
    }
    if (!lines) continue;
    if (bounds.first < 0) bounds.first = (ptrdiff_t)position + __builtin_ctzll(lines) + 1;
    bounds.last = (ptrdiff_t)position + 64 - __builtin_clzll(lines);
  }
  return bounds;
}
