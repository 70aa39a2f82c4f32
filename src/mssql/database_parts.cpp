// The parts of an MSSQLServer that describe what runs in it: TLS, the mssql container, configuration, monitoring,
// Services.

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/mssql/issuer.hpp"
#include "dba/mssql/names.hpp"

#include "containers.hpp"
#include "database_builder.hpp"
#include "flag_values.hpp"
#include "json_edit.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kLicenceVariable = "ACCEPT_EULA";
constexpr std::string_view kEditionVariable = "MSSQL_PID";
constexpr const char* kDefaultEdition = "Developer";

Json variable(std::string_view name, std::string_view value) {
  Json entry = Json::object();
  entry["name"] = name;
  entry["value"] = value;
  return entry;
}

/// Replaces the variable where it stands, else puts it at `position`, which is then moved on.
void set_variable(Json& env, std::string_view name, std::string_view value, std::size_t position) {
  for (Json& entry : env) {
    if (codec::string_at(entry, {"name"}) != name) continue;
    entry = variable(name, value);
    return;
  }
  env.insert(env.begin() + static_cast<Json::difference_type>(std::min(position, env.size())), variable(name, value));
}

void remove_variable(Json& env, std::string_view name) {
  const auto is_named = [name](const Json& entry) { return codec::string_at(entry, {"name"}) == name; };
  env.erase(std::remove_if(env.begin(), env.end(), is_named), env.end());
}

/// The element whose `alias` is `alias`, appended when missing.
Json& aliased_element(Json& list, std::string_view alias) {
  if (list.is_null()) list = Json::array();
  if (!list.is_array()) throw usage_error("a list of aliased elements is something else than a list");
  for (Json& element : list) {
    if (codec::string_at(element, {"alias"}) == alias) return element;
  }
  Json element = Json::object();
  element["alias"] = alias;
  return list.emplace_back(std::move(element));
}

}  // namespace

void DatabaseBuilder::tls() {
  part([&] {
    if (!options_.issuer) return;
    const IssuerRef ref = parse_issuer_ref("--issuer", *options_.issuer);
    Json& block = spec({"tls", "issuerRef"});
    block["apiGroup"] = kCertManagerGroup;
    block["kind"] = ref.kind;
    block["name"] = ref.name;
  });
  if (options_.client_tls) spec({"tls"})["clientTLS"] = *options_.client_tls;
  for (const std::string& text : options_.certificates) {
    part([&] {
      const Json certificate = parse_certificate(text);
      aliased_element(spec({"tls"})["certificates"], codec::string_at(certificate, {"alias"}))
          .update(certificate, true);
    });
  }
}

void DatabaseBuilder::container() {
  const ResourceFlags flags{.cpu = options_.cpu,
                            .memory = options_.memory,
                            .cpu_request = options_.cpu_request,
                            .memory_request = options_.memory_request,
                            .cpu_limit = options_.cpu_limit,
                            .memory_limit = options_.memory_limit};
  Json& mssql = named_element(spec({"podTemplate", "spec"})["containers"], kDatabaseContainer);
  if (!flags.any()) return;
  Problems problems;
  mssql["resources"] = build_resources(flags, mssql.value("resources", Json()), notices_, problems);
  if (mssql["resources"].empty()) mssql.erase("resources");
  part([&problems] { problems.throw_if_any(""); });
}

void DatabaseBuilder::environment() {
  Json& env = named_element(spec({"podTemplate", "spec"})["containers"], kDatabaseContainer)["env"];
  if (env.is_null()) env = Json::array();
  if (!env.is_array()) throw usage_error("env of container mssql is no list");
  if (options_.accept_eula.value_or(false)) set_variable(env, kLicenceVariable, "Y", 0);
  if (!options_.accept_eula.value_or(true)) remove_variable(env, kLicenceVariable);
  const auto after_licence = [&env]() -> std::size_t { return find_named(&env, kLicenceVariable) == nullptr ? 0 : 1; };
  if (options_.edition) set_variable(env, kEditionVariable, *options_.edition, after_licence());
  each_pair("--env", options_.env, [&](const KeyValue& pair) {
    const bool is_edition = pair.key == kEditionVariable && options_.edition;
    const bool is_refusal = pair.key == kLicenceVariable && !options_.accept_eula.value_or(true);
    if (is_edition || is_refusal) {
      return refuse("--env", fmt::format("{} is what --{} sets, give one of them", pair.key,
                                         is_edition ? "edition" : "accept-eula"));
    }
    set_variable(env, pair.key, pair.value, env.size());
  });
  if (find_named(&env, kEditionVariable) != nullptr) return;
  set_variable(env, kEditionVariable, kDefaultEdition, after_licence());
  notices_.push_back(
      fmt::format("edition {}, because --edition was not given: licensed for development and tests, not for production",
                  kDefaultEdition));
}

void DatabaseBuilder::configuration() {
  if (options_.config_secret && options_.config_text) {
    refuse("--config-file", "cannot be combined with --config-secret");
  }
  put({"configuration"}, "secretName", options_.config_secret);
  if (!options_.config_secret) put({"configuration", "inline"}, "mssql.conf", options_.config_text);
}

void DatabaseBuilder::init() {
  if (options_.init_configmap && options_.init_secret) {
    refuse("--init-secret", "cannot be combined with --init-configmap");
  }
  if (options_.init_configmap || options_.init_secret) {
    Json& script = spec({"init", "script"});
    script.erase("configMap");
    script.erase("secret");
  }
  put({"init", "script", "configMap"}, "name", options_.init_configmap);
  if (!options_.init_configmap) put({"init", "script", "secret"}, "secretName", options_.init_secret);
  if (!options_.auth_secret) return;
  Json& secret = spec({"authSecret"});
  secret["kind"] = "Secret";
  secret["name"] = *options_.auth_secret;
}

void DatabaseBuilder::monitor() {
  part([&] {
    if (!options_.monitor) return;
    spec({"monitor"})["agent"] = parse_monitor_agent(*options_.monitor);
    Json& exporter = spec({"monitor", "prometheus", "exporter"});
    if (!exporter.contains("port")) exporter["port"] = kMetricsPort;
  });
  put({"monitor", "prometheus", "serviceMonitor"}, "interval", options_.monitor_interval);
  each_pair("--monitor-label", options_.monitor_labels, [&](const KeyValue& label) {
    spec({"monitor", "prometheus", "serviceMonitor", "labels"})[label.key] = label.value;
  });
}

void DatabaseBuilder::services() {
  std::set<std::string> seen;
  each_pair("--service", options_.services, [&](const KeyValue& pair) {
    const std::string alias = parse_service_alias(pair.key), type = parse_service_type(pair.value);
    if (!seen.insert(alias).second) return refuse("--service", fmt::format("{} is given twice", alias));
    object_at(aliased_element(spec({})["serviceTemplates"], alias), {"spec"})["type"] = type;
  });
}

}  // namespace dba::mssql
