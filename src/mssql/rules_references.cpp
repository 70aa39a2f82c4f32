// The names of objects that the database refers to: such an object can exist.

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "rule_set.hpp"

namespace dba::mssql {

namespace {

constexpr std::array<std::string_view, 9> kReferences{"spec.authSecret.name",
                                                      "spec.configuration.secretName",
                                                      "spec.init.script.configMap.name",
                                                      "spec.init.script.secret.secretName",
                                                      "spec.storage.storageClassName",
                                                      "spec.tls.issuerRef.name",
                                                      "spec.topology.availabilityGroup.loginSecretName",
                                                      "spec.topology.availabilityGroup.masterKeySecretName",
                                                      "spec.topology.availabilityGroup.endpointCertSecretName"};

const Json* find_field(const Json& object, std::string_view path) {
  const Json* at = &object;
  for (const std::string& step : split(path, '.')) {
    if (at != nullptr) at = codec::find_at(*at, {step});
  }
  return at;
}

}  // namespace

/// @source apimachinery NameIsDNSSubdomain: how Secrets, ConfigMaps, StorageClasses and Issuers may be called
void check_references(const Subject& subject) {
  for (const std::string_view path : kReferences) {
    const Json* name = find_field(subject.database, path);
    // Empty is as good as absent, or what its own rule calls missing; what is no text is the shape's to judge.
    if (name == nullptr || !name->is_string() || name->get_ref<const std::string&>().empty()) continue;
    const std::string& text = name->get_ref<const std::string&>();
    if (const std::string problem = dns_subdomain_problem(text); !problem.empty())
      subject.error(path, fmt::format("\"{}\": {}", text, problem));
  }
}

}  // namespace dba::mssql
