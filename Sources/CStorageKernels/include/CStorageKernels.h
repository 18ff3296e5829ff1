#pragma once
#include <stddef.h>
#include <stdint.h>
#include "crc32c.h"
#include "csv_scan.h"
#include "csv_values.h"
#include "large_pages.h"
#include "parquet_kernels.h"
