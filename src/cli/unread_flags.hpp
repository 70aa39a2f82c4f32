#pragma once
// Which rules an object breaks only because a flag or the file that would have filled the field was not understood.

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "dba/mssql/findings.hpp"

#include "database_flags.hpp"

namespace dba::cli {

class UnreadFlags {
 public:
  /// @param problems  what is wrong with values, as build_database and the parser tell it.
  /// @param known     the flags that shape a database.
  /// @param typed     what stands on the command line: "--replicas", "NAME".
  UnreadFlags(const mssql::Findings& problems, std::span<const Flag> known, std::set<std::string, std::less<>> typed);

  /// The base the flags are laid over is unknown: whatever was not typed may stand in it.
  void file_is_unread() { file_unread_ = true; }

  /// The findings that stand however the unread values were meant, without the unread flags in their places.
  mssql::Findings without_echoes(const mssql::Findings& findings) const;

 private:
  bool is_typed(std::string_view flags) const;
  bool is_open(const mssql::Finding& finding) const;

  std::set<std::string, std::less<>> unread_{}, typed_{};
  bool file_unread_ = false;
};

}  // namespace dba::cli
