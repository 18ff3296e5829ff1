#include "CTreeKernels.h"
#include <string.h>

// Fused multiply-add would round differently on processors that have it.
#pragma STDC FP_CONTRACT OFF

// Eight rows, one in each lane.
typedef double Rows __attribute__((ext_vector_type(8)));
typedef int64_t Mask __attribute__((ext_vector_type(8)));

#define INLINE static inline __attribute__((always_inline))

#define PARAMETERS \
    const TreeKernelEdge *edges, size_t edge_count, const double *coefficients, size_t points, \
        const uint8_t *left_bits, size_t bits_stride, size_t group_count, double *products, double *sums, \
        int64_t *taken, uint32_t *path, double *contributions, size_t stride
#define ARGUMENTS \
    edges, edge_count, coefficients, points, left_bits, bits_stride, group_count, products, sums, taken, path, \
        contributions, stride

// Which rows take the edge and all earlier ones of its feature.
INLINE void decide(const TreeKernelEdge *edge, uint8_t left, Mask *taken) {
    const Mask lanes = {1, 2, 4, 8, 16, 32, 64, 128};
    uint8_t bits = edge->is_left ? left : (uint8_t)~left;
    Mask own = ((Mask)((int64_t)bits) & lanes) != 0;
    if (edge->earlier_depth) { own &= taken[edge->earlier_depth]; }
    taken[edge->depth] = own;
}

// result[k] = above[k] * (the factor of each row's case)
INLINE void multiply(
    const TreeKernelEdge *edge, const double *cases, size_t points, const Mask *taken, const Rows *above, Rows *result) {
    Mask own = taken[edge->depth];
    if (edge->earlier_depth) {
        Mask earlier = taken[edge->earlier_depth];
        for (size_t k = 0; k < points; k++) {
            Rows other = earlier ? (Rows)(cases[points + k]) : (Rows)(cases[2 * points + k]);
            result[k] = above[k] * (own ? (Rows)(cases[k]) : other);
        }
    } else {
        for (size_t k = 0; k < points; k++) {
            result[k] = above[k] * (own ? (Rows)(cases[k]) : (Rows)(cases[points + k]));
        }
    }
}

// Leaves an edge: its feature's contribution, and the sums of the edge above.
INLINE void leave(
    const TreeKernelEdge *edge, const double *cases, size_t points, const Mask *taken, const Rows *sums,
    Rows *sums_above, double *contributions, size_t stride) {
    const double *shares = cases + 3 * points;
    Mask own = taken[edge->depth];
    Rows total = 0;
    if (edge->earlier_depth) {
        Mask earlier = taken[edge->earlier_depth];
        for (size_t k = 0; k < points; k++) {
            Rows other = earlier ? (Rows)(shares[points + k]) : (Rows)(shares[2 * points + k]);
            total += (own ? (Rows)(shares[k]) : other) * sums[k];
            sums_above[k] += sums[k];
        }
    } else {
        for (size_t k = 0; k < points; k++) {
            total += (own ? (Rows)(shares[k]) : (Rows)(shares[points + k])) * sums[k];
            sums_above[k] += sums[k];
        }
    }
    double *column = contributions + edge->feature * stride;
    Rows before;
    memcpy(&before, column, sizeof before);
    before += total;
    memcpy(column, &before, sizeof before);
}

// Adds the contributions of eight rows.
INLINE void add_group(PARAMETERS) {
    (void)group_count;
    Rows *products_at = (Rows *)products, *sums_at = (Rows *)sums;
    Mask *taken_at = (Mask *)taken;
    for (size_t k = 0; k < points; k++) {
        products_at[k] = 1;
        sums_at[k] = 0;
    }
    uint32_t depth = 0;
    for (uint32_t e = 0; e <= edge_count; e++) {
        uint32_t next_depth = e < edge_count ? edges[e].depth : 1;
        for (; depth >= next_depth; depth--) {
            leave(
                edges + path[depth], coefficients + path[depth] * 6 * points, points, taken_at,
                sums_at + depth * points, sums_at + (depth - 1) * points, contributions, stride);
        }
        if (e == edge_count) { return; }
        const TreeKernelEdge *edge = edges + e;
        const double *cases = coefficients + e * 6 * points;
        Rows *here = products_at + next_depth * points;
        decide(edge, left_bits[edge->node * bits_stride], taken_at);
        multiply(edge, cases, points, taken_at, products_at + depth * points, here);
        if (edge->is_leaf) {
            for (size_t k = 0; k < points; k++) { here[k] *= edge->leaf_value; }
            leave(edge, cases, points, taken_at, here, sums_at + depth * points, contributions, stride);
        } else {
            depth = next_depth;
            path[depth] = e;
            for (size_t k = 0; k < points; k++) { sums_at[depth * points + k] = 0; }
        }
    }
}

INLINE void add_groups(PARAMETERS) {
    for (size_t group = 0; group < group_count; group++) {
        add_group(
            edges, edge_count, coefficients, points, left_bits + group, bits_stride, 1, products, sums, taken, path,
            contributions + 8 * group, stride);
    }
}

// Loops over a known number of points are unrolled.
INLINE void add_all(PARAMETERS) {
#define UNROLLED(number) \
    case number: { \
        const size_t points = number; \
        return add_groups(ARGUMENTS); \
    }
    switch (points) {
        UNROLLED(1)
        UNROLLED(2)
        UNROLLED(3)
        UNROLLED(4)
        UNROLLED(5)
        UNROLLED(6)
        default: add_groups(ARGUMENTS);
    }
#undef UNROLLED
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static void add_avx512(PARAMETERS) {
    add_all(ARGUMENTS);
}
__attribute__((target("avx2"))) static void add_avx2(PARAMETERS) { add_all(ARGUMENTS); }
#endif

void tree_kernel_path_shapley(int level, PARAMETERS) {
#if defined(__x86_64__)
    int best = tree_kernel_best_level();
    if (level > best) { level = best; }
    if (level >= TREE_KERNEL_AVX512) { return add_avx512(ARGUMENTS); }
    if (level >= TREE_KERNEL_AVX2) { return add_avx2(ARGUMENTS); }
#endif
    add_all(ARGUMENTS);
}
