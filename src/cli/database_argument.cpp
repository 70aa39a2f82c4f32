#include "database_argument.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "completers.hpp"

namespace dba::cli {

namespace {

/// @source KubeDB's CRD of MSSQLServer: plural, singular and short name
constexpr std::array<std::string_view, 5> kKinds{"mssqlservers.kubedb.com", "mssqlserver.kubedb.com", "mssqlservers",
                                                 "mssqlserver", "ms"};

}  // namespace

std::string parse_database_name(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return text;
  const std::string kind = to_lower(text.substr(0, slash));
  const std::string name = text.substr(slash + 1);
  if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end() || name.find('/') != std::string::npos) {
    throw usage_error(fmt::format("\"{}\" is not a database: expected NAME or mssqlserver.kubedb.com/NAME", text));
  }
  return name;
}

Argument database_argument(std::string& into) {
  return {.name = "NAME",
          .help = "Name of the database",
          .into = [&into](const std::string&, const std::string& text) { into = parse_database_name(text); },
          .complete = complete_databases};
}

}  // namespace dba::cli
