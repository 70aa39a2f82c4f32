#include "sql/server/settings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::sandbox::sqlserver {

namespace {

using codec::string_at;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// "X-suffix" within 63 characters: the name gives way. @source kubedb.md 4
std::string derived_name(const std::string& name, std::string_view suffix) {
  constexpr std::size_t kLongest = 63;
  std::string front = name.substr(0, kLongest - suffix.size() - 1);
  while (front.ends_with('-')) front.pop_back();
  return fmt::format("{}-{}", front, suffix);
}

std::string or_derived(const std::string& chosen, const std::string& name, std::string_view suffix) {
  return chosen.empty() ? derived_name(name, suffix) : chosen;
}

SecondaryAccess access_of(std::string_view mode) {
  return mode == "All" ? SecondaryAccess::all : mode == "ReadOnly" ? SecondaryAccess::read_only : SecondaryAccess::none;
}

const Json* named(const Json* list, std::string_view key, std::string_view name) {
  if (list == nullptr || !list->is_array()) return nullptr;
  const auto found = std::ranges::find_if(*list, [&](const Json& entry) { return string_at(entry, {key}) == name; });
  return found == list->end() ? nullptr : &*found;
}

std::string pid_of(const Json& database) {
  const Json* const container =
      named(codec::find_at(database, {"spec", "podTemplate", "spec", "containers"}), "name", "mssql");
  const Json* const entry =
      container == nullptr ? nullptr : named(codec::find_at(*container, {"env"}), "name", "MSSQL_PID");
  return entry == nullptr ? "" : string_at(*entry, {"value"});
}

std::string certificate_secret(const Json& database, std::string_view alias) {
  const Json* const entry = named(codec::find_at(database, {"spec", "tls", "certificates"}), "alias", alias);
  return or_derived(entry == nullptr ? "" : string_at(*entry, {"secretName"}), codec::name_of(database),
                    fmt::format("{}-cert", alias));
}

}  // namespace

std::string group_name(std::string_view database) {
  std::string name;
  std::ranges::copy_if(database, std::back_inserter(name), is_letter_or_digit);
  return name.empty() ? "DefaultGroupName" : name;
}

DatabaseSettings database_settings(const Json& database) {
  DatabaseSettings settings;
  settings.ns = codec::namespace_of(database);
  settings.name = codec::name_of(database);
  settings.uid = codec::uid_of(database);
  const std::string mode = string_at(database, {"spec", "topology", "mode"});
  settings.distributed =
      mode == "DistributedAG" && codec::find_at(database, {"spec", "topology", "distributedAG"}) != nullptr;
  settings.clustered = mode == "AvailabilityGroup" || settings.distributed;
  settings.replicas =
      static_cast<int>(std::clamp<std::int64_t>(codec::int_at(database, {"spec", "replicas"}).value_or(1), 1, 100));
  settings.group = group_name(settings.name);
  const Json* const databases = codec::find_at(database, {"spec", "topology", "availabilityGroup", "databases"});
  if (settings.clustered && databases != nullptr && databases->is_array()) {
    for (const Json& name : *databases) {
      if (name.is_string()) settings.databases.push_back(name.get<std::string>());
    }
  }
  settings.access = access_of(string_at(database, {"spec", "topology", "availabilityGroup", "secondaryAccessMode"}));
  if (settings.distributed) {
    settings.dag = {
        .remote_group = string_at(database, {"spec", "topology", "distributedAG", "remote", "name"}),
        .remote_url = string_at(database, {"spec", "topology", "distributedAG", "remote", "url"}),
        .own_url = string_at(database, {"spec", "topology", "distributedAG", "self", "url"}),
        .primary = string_at(database, {"spec", "topology", "distributedAG", "self", "role"}) != "Secondary"};
  }
  settings.auth_secret = or_derived(string_at(database, {"spec", "authSecret", "name"}), settings.name, "auth");
  settings.server_cert_secret = certificate_secret(database, "server");
  settings.endpoint_cert_secret =
      string_at(database, {"spec", "topology", "availabilityGroup", "endpointCertSecretName"});
  if (settings.endpoint_cert_secret.empty()) settings.endpoint_cert_secret = certificate_secret(database, "endpoint");
  settings.client_tls = codec::bool_at(database, {"spec", "tls", "clientTLS"});
  settings.issuer_kind = string_at(database, {"spec", "tls", "issuerRef", "kind"}, "Issuer");
  settings.issuer = string_at(database, {"spec", "tls", "issuerRef", "name"});
  settings.pid = pid_of(database);
  settings.version = string_at(database, {"spec", "version"});
  return settings;
}

Version version_in(const Json& pod, const DatabaseSettings& settings) {
  const Json* const container = named(codec::find_at(pod, {"spec", "containers"}), "name", "mssql");
  const std::string image = container == nullptr ? "" : string_at(*container, {"image"});
  const std::size_t colon = image.find(':', image.rfind('/') == std::string::npos ? 0 : image.rfind('/'));
  const std::string tag = colon == std::string::npos ? "" : image.substr(colon + 1);
  return version_of(tag.starts_with("20") ? std::string_view(tag) : std::string_view(settings.version));
}

}  // namespace dba::sandbox::sqlserver
