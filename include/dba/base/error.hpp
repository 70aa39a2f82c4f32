#pragma once
// The one failure type. What a caller branches on is returned as a value; what only the user reads is thrown as Error
// and printed by the single catch in cli::run. Text in here never holds a secret.

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/exit_code.hpp"

namespace dba {

struct ErrorInfo {
  ExitCode code = ExitCode::unexpected;
  std::string message{};               ///< What failed: one clause, lower case, no "error:", no full stop.
  std::vector<std::string> details{};  ///< One line each, printed as "  - …": all problems at once.
  std::string cause{};                 ///< The other side's own words. Empty if we decided.
  std::string hint{};                  ///< One command or edit to try next. Empty if none is certain.
  std::string reason{};                ///< CamelCase word for machines, e.g. "NotFound"; empty = name of the exit code.
};

class Error : public std::exception {
 public:
  explicit Error(ErrorInfo info);
  Error(ExitCode code, std::string message, std::string cause = {}, std::string hint = {});
  const ErrorInfo& info() const { return info_; }
  ExitCode code() const { return info_.code; }
  const char* what() const noexcept override;

 private:
  ErrorInfo info_;
};

/// Bad flags, values or local files: exit 2, nothing was contacted.
Error usage_error(std::string message, std::string hint = {});

/// Whether a failure only says that the user wants no more.
bool is_interrupt(const Error& error);
/// The other side's words of a failure, else ours: for warnings, and for a clause of another text.
std::string why(const Error& error);

/// Collects every problem before giving up, so that a user mends all of them in one go.
class Problems {
 public:
  /// @param where flag ("--replicas") or field path ("spec.replicas"); empty when the problem has no place.
  /// @param what  what is wrong and what would be right, without the place.
  void add(std::string_view where, std::string_view what);
  bool empty() const { return lines_.empty(); }
  const std::vector<std::string>& lines() const { return lines_; }
  /// @throws Error with `message` and all lines when there is any; one line only becomes "message: line".
  void throw_if_any(std::string_view message, ExitCode code = ExitCode::usage, std::string hint = {}) const;

 private:
  std::vector<std::string> lines_;
};

}  // namespace dba
