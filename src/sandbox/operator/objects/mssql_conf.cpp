#include "operator/objects/mssql_conf.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "operator/database.hpp"

namespace dba::sandbox::kubedb {

namespace {

struct Section {
  std::string name{};
  std::vector<std::pair<std::string, std::string>> settings{};
};

template <class List, class Same>
auto& found_or_added(List& list, Same same, typename List::value_type fresh) {
  const auto found = std::find_if(list.begin(), list.end(), same);
  return found != list.end() ? *found : list.emplace_back(std::move(fresh));
}

void read_into(std::vector<Section>& sections, std::string_view text) {
  std::string current;
  for (const std::string& raw : split(text, '\n')) {
    const std::string line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      current = trim(line.substr(1, line.size() - 2));
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = trim(line.substr(0, equals));
    Section& section =
        found_or_added(sections, [&](const Section& each) { return each.name == current; }, {current, {}});
    found_or_added(section.settings, [&](const auto& each) { return each.first == key; }, {key, ""}).second =
        trim(line.substr(equals + 1));
  }
}

}  // namespace

std::string merge_ini(std::string_view base, std::string_view over) {
  std::vector<Section> sections;
  read_into(sections, base);
  read_into(sections, over);
  std::string out;
  for (const Section& section : sections) {
    out += fmt::format("{}[{}]", out.empty() ? "" : "\n", section.name);
    for (const auto& [key, value] : section.settings) out += fmt::format("\n{} = {}", key, value);
  }
  return out;
}

std::string build_mssql_conf(const Json& database, std::string_view secret_config) {
  std::string conf = "[language]\nlcid = 1033";
  if (wants_client_tls(database)) {
    conf +=
        "\n[network]\nforceencryption = 1\ntlscert = /var/opt/mssql/tls/server.crt\n"
        "tlskey = /var/opt/mssql/tls/server.key\ntlsprotocols = 1.2,1.1,1.0";
  }
  const std::string given = codec::string_at(database, {"spec", "configuration", "inline", "mssql.conf"});
  return merge_ini(merge_ini(conf, secret_config), given);
}

}  // namespace dba::sandbox::kubedb
