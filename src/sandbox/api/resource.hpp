#pragma once
// What the simulated API server serves: one row a resource. Discovery, routing, tables and validation read it.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::api {

/// A column of `kubectl get`. `path` is a JSONPath as in a CRD; built-in kinds have code of their own (tables).
struct PrinterColumn {
  std::string name{}, type{}, path{};
  int priority = 0;  ///< > 0: only with -o wide.
};

struct Resource {
  std::string group{}, version{}, plural{}, singular{}, kind{};
  bool namespaced = true;
  std::vector<std::string> short_names{}, categories{};
  std::vector<std::string> subresources{};  ///< "status", "exec", "log" …
  bool custom = false;                      ///< From a CRD: no strategic merge patch, schema below decides everything.
  std::vector<PrinterColumn> columns{};     ///< Of custom resources.
  std::shared_ptr<const Json> schema{};     ///< openAPIV3Schema of custom resources; null = anything goes.
  std::vector<std::string> verbs{};         ///< As in discovery: "create", "delete", …

  std::string api_version() const;  ///< "v1", "kubedb.com/v1alpha2"
  std::string qualified() const;    ///< "pods", "mssqlservers.kubedb.com"
  bool has_subresource(std::string_view name) const;
  bool has_verb(std::string_view verb) const;
};

/// All of them; the order is that of `kubectl api-resources`.
std::span<const Resource> resources();
/// nullptr when it is not served.
const Resource* find_resource(std::string_view group, std::string_view version, std::string_view plural);
const Resource* find_kind(std::string_view api_version, std::string_view kind);

}  // namespace dba::sandbox::api
