// Metadata, TLS, storage, configuration, monitoring and Services.

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/mssql/names.hpp"

#include "certificate_values.hpp"
#include "label_syntax.hpp"
#include "quantities.hpp"
#include "rule_set.hpp"

namespace dba::mssql {

namespace {

/// @source pattern of metadata.name in the MSSQLServer CRD
std::string name_problem(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.empty()) return "is required";
  if (name.front() < 'a' || name.front() > 'z' || name.back() == '-' || !std::all_of(name.begin(), name.end(), fits)) {
    return fmt::format("\"{}\" must begin with a letter and hold only lower-case letters, digits and inner hyphens",
                       name);
  }
  if (name.size() > kMaximumNameLength) {
    return fmt::format("has {} characters, at most {} leave room for the names KubeDB makes of it", name.size(),
                       kMaximumNameLength);
  }
  return {};
}

void check_issuer_ref(const Subject& subject, const Json& ref) {
  const std::string path = "spec.tls.issuerRef";
  const std::string group = codec::string_at(ref, {"apiGroup"}), kind = codec::string_at(ref, {"kind"});
  if (group.empty()) {
    subject.warn(path + ".apiGroup",
                 "is absent, KubeDB finds the databases of an issuer only with cert-manager.io here");
  } else if (group != kCertManagerGroup) {
    subject.error(path + ".apiGroup", fmt::format("is \"{}\", must be {}", group, kCertManagerGroup));
  }
  if (kind != "Issuer" && kind != "ClusterIssuer") {
    subject.error(path + ".kind", fmt::format("is \"{}\", must be Issuer or ClusterIssuer", kind));
  }
  if (codec::string_at(ref, {"name"}).empty()) subject.error(path + ".name", "is required");
}

/// One text or a list of them; what is neither is the shape's to judge.
std::vector<std::string> texts_of(const Json* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) texts.push_back(value->get<std::string>());
  if (!value->is_array()) return texts;
  for (const Json& item : *value) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

void check_certificate_values(const Subject& subject, const Json& certificate, const std::string& path) {
  for (const char* field : {"dnsNames", "ipAddresses", "uris", "emailAddresses", "duration", "secretName"}) {
    for (const std::string& text : texts_of(codec::find_at(certificate, {field}))) {
      const std::string problem = text.empty() ? "" : certificate_value_problem(field, text);
      if (!problem.empty()) subject.error(fmt::format("{}.{}", path, field), problem);
    }
  }
}

void check_certificates(const Subject& subject, const Json& certificates) {
  static constexpr std::array<std::string_view, 3> kAliases{"server", "client", "endpoint"};
  std::set<std::string> seen;
  for (const Json& certificate : certificates) {
    const std::string alias = codec::string_at(certificate, {"alias"});
    const std::string path = fmt::format("spec.tls.certificates[alias={}]", alias);
    if (std::find(kAliases.begin(), kAliases.end(), alias) == kAliases.end()) {
      subject.error("spec.tls.certificates", fmt::format("alias \"{}\" is not one of server, client, endpoint", alias));
    } else if (!seen.insert(alias).second) {
      subject.error("spec.tls.certificates", fmt::format("alias \"{}\" is there twice", alias));
    }
    check_certificate_values(subject, certificate, path);
    if (certificate.contains("renewBefore")) subject.warn(path + ".renewBefore", "is deprecated and has no effect");
  }
}

bool is_prometheus_duration(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kUnits{"ms", "s", "m", "h", "d", "w", "y"};
  while (!text.empty()) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return false;
    text.remove_prefix(digits);
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [text](std::string_view u) { return text.substr(0, u.size()) == u; });
    if (unit == kUnits.end()) return false;
    text.remove_prefix(unit->size());
  }
  return true;
}

}  // namespace

void check_metadata(const Subject& subject) {
  const std::string name = codec::name_of(subject.database), ns = codec::namespace_of(subject.database);
  if (const std::string problem = name_problem(name); !problem.empty()) subject.error("metadata.name", problem);
  if (const std::string problem = ns.empty() ? "" : dns_label_problem(ns); !problem.empty()) {
    subject.error("metadata.namespace", fmt::format("\"{}\": {}", ns, problem));
  }
  for (const char* field : {"labels", "annotations"}) {
    const Json* map = codec::find_at(subject.database, {"metadata", field});
    if (map == nullptr || !map->is_object()) continue;
    const std::string path = fmt::format("metadata.{}", field);
    for (const auto& [key, value] : map->items()) {
      if (const std::string problem = label_key_problem(key); !problem.empty()) subject.error(path, problem);
      if (std::string_view(field) != "labels" || !value.is_string()) continue;
      if (const std::string problem = label_value_problem(value.get_ref<const std::string&>()); !problem.empty()) {
        subject.error(path, problem);
      }
    }
  }
}

void check_tls(const Subject& subject) {
  const Json* ref = codec::find_at(subject.database, {"spec", "tls", "issuerRef"});
  if (ref == nullptr) {
    subject.error("spec.tls.issuerRef",
                  "is required even without client TLS: backups and the endpoints of a group need certificates");
  } else if (ref->is_object()) {
    check_issuer_ref(subject, *ref);
  }
  if (const Json* certificates = list_at(subject.database, {"spec", "tls", "certificates"})) {
    check_certificates(subject, *certificates);
  }
}

void check_storage(const Subject& subject) {
  const Json* storage = codec::find_at(subject.database, {"spec", "storage"});
  if (codec::string_at(subject.database, {"spec", "storageType"}) == "Ephemeral") {
    if (storage != nullptr) subject.warn("spec.storage", "is not used, storageType is Ephemeral");
    return;
  }
  const Json* size = codec::find_at(subject.database, {"spec", "storage", "resources", "requests", "storage"});
  if (size == nullptr) {
    return subject.error("spec.storage.resources.requests.storage",
                         "is required for durable storage, e.g. --storage 10Gi");
  }
  const std::optional<Quantity> quantity = quantity_from(size);
  if (quantity && (quantity->is_negative() || quantity->is_zero())) {
    subject.error("spec.storage.resources.requests.storage",
                  fmt::format("\"{}\" must be more than 0", quantity->text()));
  }
  if (codec::find_at(*storage, {"resources", "limits"}) != nullptr) {
    subject.warn("spec.storage.resources.limits", "has no effect on a volume, leave it out");
  }
  static constexpr std::array<std::string_view, 3> kModes{"ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"};
  const Json* modes = list_at(*storage, {"accessModes"});
  if (modes == nullptr || modes->empty())
    return subject.error("spec.storage.accessModes", "is required, e.g. ReadWriteOnce");
  for (const Json& mode : *modes) {
    const std::string text = mode.is_string() ? mode.get<std::string>() : mode.dump();
    if (std::find(kModes.begin(), kModes.end(), text) != kModes.end()) continue;
    subject.error("spec.storage.accessModes", fmt::format("\"{}\" is not one of {}", text, fmt::join(kModes, ", ")));
  }
}

void check_configuration(const Subject& subject) {
  if (codec::find_at(subject.database, {"spec", "configSecret"}) != nullptr) {
    subject.warn("spec.configSecret", "is deprecated, write spec.configuration.secretName (--config-secret)");
  }
  const Json* inline_files = codec::find_at(subject.database, {"spec", "configuration", "inline"});
  if (inline_files != nullptr && inline_files->is_object()) {
    for (const auto& [file, text] : inline_files->items()) {
      if (file == "mssql.conf") continue;
      subject.error("spec.configuration.inline", fmt::format("\"{}\" is not read, the only file is mssql.conf", file));
    }
  }
  const Json* script = codec::find_at(subject.database, {"spec", "init", "script"});
  if (script == nullptr || !script->is_object()) return;
  std::vector<std::string> sources;
  for (const auto& [key, value] : script->items()) {
    if (key != "scriptPath") sources.push_back(key);
  }
  if (sources.size() > 1) {
    subject.error("spec.init.script", fmt::format("has several sources ({}), must have one", join(sources, ", ")));
  }
}

void check_monitor(const Subject& subject) {
  const Json* monitor = codec::find_at(subject.database, {"spec", "monitor"});
  if (monitor == nullptr || !monitor->is_object()) return;
  const std::string agent = codec::string_at(*monitor, {"agent"});
  if (agent.empty())
    subject.error("spec.monitor.agent", "is required in a monitor block, the server breaks without it");
  const Json* exporter = codec::find_at(*monitor, {"prometheus", "exporter"});
  if (exporter != nullptr && exporter->is_object() && !exporter->contains("port")) {
    subject.findings.warn(
        "spec.monitor.prometheus.exporter.port", "--monitor",
        fmt::format("is absent from an exporter block, the server then takes 56790 instead of {}", kMetricsPort));
  }
  const std::string interval = codec::string_at(*monitor, {"prometheus", "serviceMonitor", "interval"});
  if (!is_prometheus_duration(interval)) {
    subject.error("spec.monitor.prometheus.serviceMonitor.interval",
                  fmt::format("\"{}\" is no interval such as 10s or 1m", interval));
  }
  const bool has_service_monitor = codec::find_at(*monitor, {"prometheus", "serviceMonitor"}) != nullptr;
  if (has_service_monitor && !agent.empty() && agent != "prometheus.io/operator") {
    subject.warn("spec.monitor.prometheus.serviceMonitor", "has an effect with agent prometheus.io/operator only");
  }
}

void check_services(const Subject& subject) {
  static constexpr std::array<std::string_view, 3> kTypes{"ClusterIP", "NodePort", "LoadBalancer"};
  const Json* templates = list_at(subject.database, {"spec", "serviceTemplates"});
  if (templates == nullptr) return;
  std::set<std::string> seen;
  for (const Json& entry : *templates) {
    const std::string alias = codec::string_at(entry, {"alias"}), type = codec::string_at(entry, {"spec", "type"});
    if (!seen.insert(alias).second) {
      subject.error("spec.serviceTemplates", fmt::format("alias \"{}\" is there twice", alias));
    }
    if (alias == "standby" || alias == "dashboard") {
      subject.warn("spec.serviceTemplates", fmt::format("alias \"{}\" belongs to no Service of SQL Server", alias));
    }
    if (alias == "secondary" && !subject.in_group()) {
      subject.warn("spec.serviceTemplates", "alias \"secondary\" belongs to no Service of a standalone instance");
    }
    if (!type.empty() && std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
      subject.error("spec.serviceTemplates",
                    fmt::format("type \"{}\" is not one of {}", type, fmt::join(kTypes, ", ")));
    }
  }
}

}  // namespace dba::mssql
