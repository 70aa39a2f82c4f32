#pragma once
// One thing that was looked at by `doctor` or `issuer check`: how it stands, and what to do about it.

#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::mssql {

enum class CheckStatus { ok, warn, fail, unknown };
std::string_view status_name(CheckStatus status);  ///< "ok", "warn", "fail", "unknown"

struct Check {
  std::string name{};  ///< "storage classes", "webhook"
  CheckStatus status = CheckStatus::ok;
  std::string text{};    ///< What was found, one clause.
  std::string remedy{};  ///< One command or deed; empty when there is nothing to mend.
};

/// [{"name":…,"status":…,"text":…,"remedy":…}], every field always there.
Json to_json(const std::vector<Check>& checks);

}  // namespace dba::mssql
