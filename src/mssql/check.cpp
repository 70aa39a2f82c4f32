#include "dba/mssql/check.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "json_values.hpp"

namespace dba::mssql {

std::string_view status_name(CheckStatus status) {
  switch (status) {
    case CheckStatus::ok:
      return "ok";
    case CheckStatus::warn:
      return "warn";
    case CheckStatus::fail:
      return "fail";
    case CheckStatus::unknown:
      break;
  }
  return "unknown";
}

Json to_json(const std::vector<Check>& checks) {
  Json rows = Json::array();
  for (const Check& check : checks) {
    Json row = Json::object();
    row["name"] = check.name;
    row["status"] = status_name(check.status);
    row["text"] = check.text;
    row["remedy"] = text_or_null(check.remedy);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace dba::mssql
