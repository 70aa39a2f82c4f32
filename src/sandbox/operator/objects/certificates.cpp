#include "operator/objects/certificates.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/database.hpp"
#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

Json issuer_reference(const Json& from) {
  return Json::object({{"group", codec::string_at(from, {"apiGroup"}, "cert-manager.io")},
                       {"kind", codec::string_at(from, {"kind"})},
                       {"name", codec::string_at(from, {"name"})}});
}

Json usages(std::string_view alias) {
  Json list = Json::array({"digital signature", "key encipherment"});
  if (alias != "client") list.push_back("server auth");
  list.push_back("client auth");
  return list;
}

Json host_names(const Json& database) {
  const std::string name = codec::name_of(database), ns = codec::namespace_of(database);
  const std::string pods = name_with_suffix(name, "pods");
  return Json::array({"localhost", name, fmt::format("{}.{}.svc", name, ns), fmt::format("*.{}.{}.svc", pods, ns),
                      fmt::format("*.{}.{}.svc.cluster.local", pods, ns)});
}

void append_all(Json& list, const Json* more) {
  if (more != nullptr && more->is_array()) list.insert(list.end(), more->begin(), more->end());
}

Json certificate(const Json& database, const std::string& alias) {
  const Json empty = Json::object();
  const Json* entry = find_entry(codec::find_at(database, {"spec", "tls", "certificates"}), "alias", alias);
  const Json& given = entry == nullptr ? empty : *entry;
  const Json* issuer = codec::find_at(given, {"issuerRef"});
  if (issuer == nullptr) issuer = codec::find_at(database, {"spec", "tls", "issuerRef"});
  Json spec = Json::object();
  spec["commonName"] = alias == "client" ? "mssql" : alias;
  for (const char* field : {"duration", "renewBefore", "uris", "emailAddresses", "privateKey"}) {
    if (!is_unset(given, field)) {
      spec[field] = given[field];
    }
  }
  Json names = alias == "client" ? Json::array() : host_names(database);
  append_all(names, codec::find_at(given, {"dnsNames"}));
  if (!names.empty()) spec["dnsNames"] = names;
  Json addresses = alias == "client" ? Json::array() : Json::array({"127.0.0.1"});
  append_all(addresses, codec::find_at(given, {"ipAddresses"}));
  if (!addresses.empty()) spec["ipAddresses"] = addresses;
  spec["issuerRef"] = issuer_reference(issuer == nullptr ? empty : *issuer);
  spec["secretName"] = certificate_secret_name(database, alias);
  // By the labels WipeOut tells which Secrets are KubeDB's.
  spec["secretTemplate"]["labels"] = offshoot_labels(codec::name_of(database));
  spec["subject"] = given.value("subject", Json::object({{"organizationalUnits", Json::array({alias})},
                                                         {"organizations", Json::array({"kubedb"})}}));
  spec["usages"] = usages(alias);
  return Json::object(
      {{"apiVersion", "cert-manager.io/v1"},
       {"kind", "Certificate"},
       {"metadata", offshoot_metadata(database, name_with_suffix(codec::name_of(database), alias + "-cert"))},
       {"spec", std::move(spec)}});
}

}  // namespace

std::vector<Json> build_certificates(const Json& database) {
  std::vector<Json> certificates;
  for (const std::string& alias : certificate_aliases(database)) certificates.push_back(certificate(database, alias));
  return certificates;
}

}  // namespace dba::sandbox::kubedb
