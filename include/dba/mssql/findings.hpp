#pragma once
// What is wrong, or worth a warning, about an object: always the field, the flag that sets it, and what would be right.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/base/error.hpp"

namespace dba::mssql {

enum class Severity { error, warning };

struct Finding {
  Severity severity = Severity::error;
  std::string path{};     ///< Field, e.g. "spec.replicas"; empty when it concerns the whole object.
  std::string flag{};     ///< Flag that sets the field, e.g. "--replicas"; empty when there is none.
  std::string message{};  ///< What is wrong and what would be right, without the place.
};

class Findings {
 public:
  /// Adds what is refused. @param message what is wrong and what would be right, without path and flag
  void error(std::string_view path, std::string_view flag, std::string_view message);
  /// Adds what is only said.
  void warn(std::string_view path, std::string_view flag, std::string_view message);
  void append(Findings other);  ///< Those of `other` behind those that are here.

  /// In the order in which they were found.
  const std::vector<Finding>& all() const& { return items_; }
  std::vector<Finding> all() && { return std::move(items_); }  ///< So that a loop over a temporary is safe.
  bool has_errors() const;                                     ///< Whether there is more than warnings.
  /// "spec.replicas (--replicas): …" of every warning, for stderr.
  std::vector<std::string> warning_lines() const;
  /// @throws Error with every error (not the warnings) as details, when there is one.
  /// @param code usage for rules on the object alone, refused for what reading the cluster showed.
  void throw_if_errors(std::string_view message, ExitCode code = ExitCode::usage, std::string hint = {}) const;

 private:
  std::vector<Finding> items_;
};

/// "spec.replicas (--replicas)", "spec.replicas" or "--replicas".
std::string place_of(const Finding& finding);

}  // namespace dba::mssql
