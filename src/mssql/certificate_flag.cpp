// --certificate ALIAS:key=value,…

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/database_spec.hpp"

#include "certificate_values.hpp"
#include "flag_values.hpp"
#include "json_edit.hpp"

namespace dba::mssql {

namespace {

struct Key {
  std::string_view typed;
  std::string_view field;
  bool in_subject;
  bool list;
};

constexpr std::array kKeys{
    Key{"organization", "organizations", true, true},
    Key{"organizational-unit", "organizationalUnits", true, true},
    Key{"country", "countries", true, true},
    Key{"locality", "localities", true, true},
    Key{"province", "provinces", true, true},
    Key{"dns", "dnsNames", false, true},
    Key{"ip", "ipAddresses", false, true},
    Key{"uri", "uris", false, true},
    Key{"email", "emailAddresses", false, true},
    Key{"duration", "duration", false, false},
    Key{"secret-name", "secretName", false, false},
};

const Key& find_key(std::string_view typed) {
  const auto found = std::find_if(kKeys.begin(), kKeys.end(), [typed](const Key& key) { return key.typed == typed; });
  if (found != kKeys.end()) return *found;
  std::vector<std::string> choices;
  for (const Key& key : kKeys) choices.emplace_back(key.typed);
  throw usage_error(fmt::format("\"{}\" is not one of {}", typed, join(choices, ", ")));
}

void put(Json& certificate, const Key& key, const std::string& value) {
  if (value.empty()) throw usage_error(fmt::format("\"{}\" has no value", key.typed));
  if (const std::string problem = certificate_value_problem(key.field, value); !problem.empty())
    throw usage_error(problem);
  Json& holder = key.in_subject ? object_at(certificate, {"subject"}) : certificate;
  Json& field = holder[std::string(key.field)];
  if (!key.list) {
    if (!field.is_null()) throw usage_error(fmt::format("\"{}\" is given twice", key.typed));
    field = value;
    return;
  }
  if (field.is_null()) field = Json::array();
  field.push_back(value);
}

}  // namespace

Json parse_certificate(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string alias(text.substr(0, colon));
  if (colon == std::string_view::npos || alias.empty() || colon + 1 == text.size()) {
    throw usage_error(
        fmt::format("--certificate: \"{}\" is not ALIAS:key=value,…, e.g. client:organization=sales", text));
  }
  Json certificate = Json::object();
  Problems problems;
  const auto collect = [&problems](const std::function<void()>& read) {
    try {
      read();
    } catch (const Error& error) {
      problems.add("--certificate", error.what());
    }
  };
  collect([&] { certificate["alias"] = parse_certificate_alias(alias); });
  for (const std::string& part : split(text.substr(colon + 1), ',')) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      problems.add("--certificate", fmt::format("\"{}\" is not KEY=VALUE", part));
    } else {
      collect([&] { put(certificate, find_key(part.substr(0, equals)), part.substr(equals + 1)); });
    }
  }
  problems.throw_if_any("");
  return certificate;
}

}  // namespace dba::mssql
