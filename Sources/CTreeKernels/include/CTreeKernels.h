#pragma once
#include <stddef.h>
#include <stdint.h>

// Vector instructions a call may use. A level that the processor lacks falls back to the next lower one.
enum { TREE_KERNEL_PORTABLE = 0, TREE_KERNEL_AVX2 = 1, TREE_KERNEL_AVX512 = 2 };

/// The highest level that this processor has.
int tree_kernel_best_level(void);

/// Asks for the cache line of an address ahead of its use.
static inline void tree_kernel_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Parts row numbers by a bin threshold, keeping their order: those with (uint8_t)(column[row] + shift) <= threshold
/// come first. Returns their number. `column` is readable 3 bytes beyond its last row; `scratch` has room for
/// `count + 32` numbers. Nothing behind `rows[count - 1]` is written.
size_t tree_kernel_partition(
    int level, uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold,
    uint16_t *scratch);

/// The same for the rows 0, 1, ... count - 1, which `rows` need not hold yet. `column` is readable 31 bytes beyond.
size_t tree_kernel_partition_all(
    int level, uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold,
    uint16_t *scratch);

/// The same by values instead of codes: those at most `threshold` come first, NaN where `nan_left` is not 0.
size_t tree_kernel_partition_values(
    int level, uint16_t *rows, size_t count, const float *column, int nan_left, float threshold, uint16_t *scratch);

/// Gradient and hessian of the log loss at `scores` (log-odds), times weights (null: 1) and scales, rounded to integers;
/// written as pairs. Every level gives the same bits.
void tree_kernel_logistic_gradients(
    int level, const float *scores, const uint8_t *labels, const float *weights, size_t count, float gradient_scale,
    float hessian_scale, int32_t *pairs);

/// One test of a tree for `tree_kernel_exit_leaves`: rows with feature > threshold lose the leaves of `left_leaves`.
typedef struct {
    float threshold;
    uint32_t feature;
    uint32_t left_leaves;
} TreeKernelTest;

/// Adds to `sums[0..<count]` each row's leaf value of a tree of at most 32 leaves. Leaf i, from left to right, is bit
/// 31 - i of a test's `left_leaves`. The first `default_left` tests send NaN to the left, the others to the right. `columns`
/// holds a pointer for each feature, to `count` values.
void tree_kernel_add_leaf_values(
    int level, const TreeKernelTest *tests, size_t default_left, size_t test_count, const double *leaf_values,
    const float *const *columns, size_t offset, size_t count, double *sums);

/// A test of whether a value's category is in a set: rows whose category is not lose the leaves of `left_leaves`. Bit i of
/// the words from `first_word` on is the category `first_code` + i, for i < `bit_count`, which is at least 1.
typedef struct {
    uint32_t feature;
    uint32_t left_leaves;
    uint32_t first_word;
    uint32_t first_code;
    uint32_t bit_count;
    uint32_t nan_goes_left;
} TreeKernelCategoryTest;

/// The category of a value, cut to a whole number; UINT32_MAX for one that is not above `above` (-1 or between -1 and 0),
/// NaN, or 2^24 and more.
static inline uint32_t tree_kernel_category(float value, float above) {
    return value > above && value < 16777216.0f ? (uint32_t)(int32_t)value : UINT32_MAX;
}

/// The same as `tree_kernel_add_leaf_values` for a tree that has tests of categories, too.
void tree_kernel_add_leaf_values_with_categories(
    int level, const TreeKernelTest *tests, size_t default_left, size_t test_count,
    const TreeKernelCategoryTest *category_tests, size_t category_test_count, const uint32_t *words, float above,
    const double *leaf_values, const float *const *columns, size_t offset, size_t count, double *sums);

/// Writes for each value the number of bounds below it, or 255 for NaN. `bounds` ascend and end with +infinity; `size` is a
/// power of two, at most 256. Returns 1 if there was a NaN, else 0.
int tree_kernel_encode_bins(
    int level, const float *bounds, size_t size, const float *values, size_t count, uint8_t *codes);

/// One edge of a tree, from a node to its child, for `tree_kernel_path_shapley`.
typedef struct {
    /// The value of the leaf below; 0 where the child is a node.
    double leaf_value;
    /// The edges from the root, this one included.
    uint32_t depth;
    /// The depth of the next edge above on the same feature; 0 where there is none.
    uint32_t earlier_depth;
    /// The edge's node, for its decisions, and that node's feature.
    uint32_t node;
    uint32_t feature;
    /// 1 for the left child.
    uint8_t is_left;
    uint8_t is_leaf;
} TreeKernelEdge;

/// Writes bit i % 8 of `bits[i / 8]`: 1 where `values[i] <= threshold`, or where `values[i]` is NaN and `default_left` is 1. Bits
/// beyond `count` are 0.
void tree_kernel_left_bits(
    int level, const float *values, size_t count, float threshold, int default_left, uint8_t *bits);

/// Adds the Shapley values of one tree's edges to `contributions[feature * stride + row]` for `8 * group_count` rows.
///
/// `edges` are in the order of a walk that visits each child right after its node. Of each edge, `coefficients` holds six
/// runs of `points` numbers: the factors of products where the row takes the edge and all earlier edges of its feature, only the
/// earlier ones, or neither; then what a sum of products is multiplied by in the same three cases. Rows that go to the left of node
/// n are the bits of `left_bits[n * bits_stride ...]`. With n = deepest
/// edge + 1, `products` and `sums` hold 8 * points * n numbers, `taken` 8 * n, each at a multiple of 64 bytes, and `path` n. Every
/// level gives the same bits.
void tree_kernel_path_shapley(
    int level, const TreeKernelEdge *edges, size_t edge_count, const double *coefficients, size_t points,
    const uint8_t *left_bits, size_t bits_stride, size_t group_count, double *products, double *sums, int64_t *taken,
    uint32_t *path, double *contributions, size_t stride);
