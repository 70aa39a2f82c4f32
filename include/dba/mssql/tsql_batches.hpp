#pragma once
// A script of T-SQL cut into the batches that are sent one after the other.

#include <string>
#include <string_view>
#include <vector>

namespace dba::mssql {

struct TsqlBatch {
  std::string text{};
  int line = 1;   ///< Of the script, where the batch begins; the first is 1.
  int times = 1;  ///< `GO 5`
  friend bool operator==(const TsqlBatch&, const TsqlBatch&) = default;
};

/// The UTF-8 of a script: itself, or UTF-16 behind its byte order mark, as SQL Server Management Studio saves files.
/// Text of another encoding would reach the database as other characters than were meant.
/// @param source "-f load.sql"  @throws Error (usage) naming it and the first byte that fits neither
std::string decode_script(std::string bytes, std::string_view source);

/// GO ends a batch where it stands alone on a line (a count, a semicolon and a comment may follow) outside of strings,
/// quoted names and comments. Batches of white space alone are left out.
/// @throws Error (usage) for a count of 0 or one that is too large.
/// @source Microsoft Learn, SQL Server utilities statements - GO
std::vector<TsqlBatch> split_batches(std::string_view script);

}  // namespace dba::mssql
