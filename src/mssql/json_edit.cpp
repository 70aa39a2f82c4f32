#include "json_edit.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

namespace dba::mssql {

Json& object_at(Json& root, codec::Path path) {
  Json* here = &root;
  std::string walked;
  for (const std::string_view step : path) {
    walked += fmt::format("{}{}", walked.empty() ? "" : ".", step);
    Json& next = (*here)[std::string(step)];
    if (next.is_null()) next = Json::object();
    if (!next.is_object()) throw usage_error(fmt::format("{}: is no object", walked));
    here = &next;
  }
  return *here;
}

}  // namespace dba::mssql
