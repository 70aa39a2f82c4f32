#pragma once
// Rows as CSV and TSV.

#include <optional>
#include <string>
#include <vector>

namespace dba::cli {

enum class Delimited { csv, tsv };

/// One row with its line break. CSV: as RFC 4180 but with \n, NULL is nothing at all and an empty text is "". TSV: NULL
/// is \N; tab, line break and backslash are \t, \n, \r and \\.
std::string delimited_line(const std::vector<std::optional<std::string>>& cells, Delimited form);

}  // namespace dba::cli
