#pragma once
// Parses numbers straight from text. Every function may read up to 16 bytes before `begin`: keep text that far from
// the start of its buffer.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The value of the 1 to 8 digits that end at `end`; false when one of them is no digit.
// Pairs, fours and eights of digits are joined by multiplication (D. Lemire, "Quickly parsing eight digits", 2018).
static inline bool csv_digits8(const uint8_t *end, size_t count, uint64_t *value) {
  uint64_t word;
  memcpy(&word, end - 8, 8);
  word ^= 0x3030303030303030ull;
  const unsigned unused = (unsigned)(8 - count) * 8;
  word = (word >> unused) << unused;
  if (((word + 0x7676767676767676ull) | word) & 0x8080808080808080ull) return false;
  word = (word * 2561) >> 8;
  word = ((word & 0x00ff00ff00ff00ffull) * 6553601) >> 16;
  *value = ((word & 0x0000ffff0000ffffull) * 42949672960001ull) >> 32;
  return true;
}

// An optional sign and decimal digits, nothing else; false for any other text and for what 64 bits do not hold.
static inline bool csv_parse_int64(const uint8_t *begin, const uint8_t *end, int64_t *value) {
  if (begin >= end) return false;
  const bool negative = *begin == '-';
  if (negative || *begin == '+') begin++;
  size_t count = (size_t)(end - begin);
  if (count == 0) return false;
  uint64_t magnitude, low;
  if (count <= 8) {
    if (!csv_digits8(end, count, &magnitude)) return false;
  } else if (count <= 16) {
    if (!csv_digits8(end - 8, count - 8, &magnitude) || !csv_digits8(end, 8, &low)) return false;
    magnitude = magnitude * 100000000 + low;
  } else {
    magnitude = 0;
    for (; begin < end; begin++) {
      const uint8_t digit = (uint8_t)(*begin - '0');
      if (digit > 9 || __builtin_mul_overflow(magnitude, 10, &magnitude) ||
          __builtin_add_overflow(magnitude, digit, &magnitude)) {
        return false;
      }
    }
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
  }
  *value = (int64_t)(negative ? 0 - magnitude : magnitude);
  return true;
}

enum csv_number { CSV_NOT_A_NUMBER = 0, CSV_EXACT = 1, CSV_NEEDS_LONG_ARITHMETIC = 2 };

// A decimal number with optional sign, fraction and exponent. Up to 2^53 as its digits and 10^22 as its scale both are
// exact doubles, so that one division or multiplication rounds correctly (W. Clinger, "How to Read Floating Point
// Numbers Accurately", 1990); for others only the form is checked.
static inline enum csv_number csv_parse_decimal(const uint8_t *begin, const uint8_t *end, double *value) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const size_t count = (size_t)(end - begin);
  // Amounts of money: digits, a point, two digits.
  if (count >= 4 && count <= 11 && end[-3] == '.') {
    uint64_t whole, cents;
    if (csv_digits8(end - 3, count - 3, &whole) && csv_digits8(end, 2, &cents)) {
      *value = (double)(whole * 100 + cents) / 100.0;
      return CSV_EXACT;
    }
  }
  bool negative = false;
  if (begin < end && (*begin == '-' || *begin == '+')) negative = *begin++ == '-';
  uint64_t digits = 0;
  int scale = 0;
  bool is_long = false;
  size_t seen = 0;
  for (int part = 0; part < 2; part++) {
    for (; begin < end && (uint8_t)(*begin - '0') <= 9; begin++, seen++) {
      // Zeros that begin the number keep `digits` at 0 and so never make it long.
      if (digits > (UINT64_MAX - 9) / 10) {
        is_long = true;
      } else {
        digits = digits * 10 + (uint64_t)(*begin - '0');
        if (part == 1 && scale > -100000) scale--;
      }
    }
    if (part == 0) {
      if (begin >= end || *begin != '.') break;
      begin++;
    }
  }
  if (seen == 0) return CSV_NOT_A_NUMBER;
  if (begin < end && (*begin == 'e' || *begin == 'E')) {
    begin++;
    bool down = false;
    if (begin < end && (*begin == '-' || *begin == '+')) down = *begin++ == '-';
    if (begin >= end) return CSV_NOT_A_NUMBER;
    int exponent = 0;
    for (; begin < end && (uint8_t)(*begin - '0') <= 9; begin++) {
      if (exponent < 100000) exponent = exponent * 10 + (*begin - '0');
    }
    scale += down ? -exponent : exponent;
  }
  if (begin != end) return CSV_NOT_A_NUMBER;
  if (is_long || digits > (1ull << 53) || scale < -22 || scale > 22) {
    if (digits != 0) return CSV_NEEDS_LONG_ARITHMETIC;
    scale = 0;
  }
  const double exact = (double)digits;
  const double magnitude = scale < 0 ? exact / powers[-scale] : exact * powers[scale];
  *value = negative ? -magnitude : magnitude;
  return CSV_EXACT;
}
