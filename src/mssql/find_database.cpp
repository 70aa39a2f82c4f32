#include "find_database.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

/// Objects of a list that only serves a hint: nothing when it may not be read.
std::vector<Json> try_list(kube::Client& client, const kube::ResourceType& type, std::string_view ns,
                           const kube::ListOptions& options) {
  try {
    return client.list(type, ns, options);
  } catch (const kube::ApiError& error) {
    if (is_interrupt(error)) throw;
    return {};
  }
}

std::vector<std::string> quoted(std::vector<std::string> names) {
  for (std::string& name : names) name = fmt::format("\"{}\"", name);
  return names;
}

std::vector<std::string> close_names(kube::Client& client, const kube::ResourceType& type, std::string_view ns,
                                     std::string_view name) {
  std::vector<std::string> names;
  for (const Json& item : try_list(client, type, ns, {.metadata_only = true})) names.push_back(codec::name_of(item));
  return close_matches(name, names);
}

std::vector<std::string> namespaces_with(kube::Client& client, const kube::ResourceType& type, std::string_view name) {
  const kube::ListOptions options{.field_selector = kube::field_equals("metadata.name", name), .metadata_only = true};
  std::vector<std::string> namespaces;
  for (const Json& item : try_list(client, type, "", options)) namespaces.push_back(codec::namespace_of(item));
  return namespaces;
}

}  // namespace

Error no_such_object(kube::Client& client, const kube::ResourceType& type, std::string_view what, std::string_view ns,
                     std::string_view name, const std::function<std::string(bool elsewhere)>& hint) {
  ErrorInfo info{.code = ExitCode::denied, .reason = "NotFound"};
  info.message = type.namespaced ? fmt::format("{} \"{}\" not found in namespace \"{}\"", what, name, ns)
                                 : fmt::format("{} \"{}\" not found", what, name);
  if (const auto close = close_names(client, type, ns, name); !close.empty())
    info.details.push_back(fmt::format("did you mean {}?", english_list(quoted(close), "or")));
  std::vector<std::string> others;
  if (type.namespaced) others = namespaces_with(client, type, name);
  if (!others.empty())
    info.details.push_back(fmt::format("\"{}\" exists in namespace {}", name, english_list(quoted(others))));
  info.cause = fmt::format("Error from server (NotFound): {} \"{}\" not found", type.qualified(), name);
  info.hint = hint(!others.empty());
  return Error(std::move(info));
}

Error no_such_database(kube::Client& client, std::string_view ns, std::string_view name) {
  return no_such_object(client, kube::resources::mssqlservers, "database", ns, name, [&](bool elsewhere) {
    return fmt::format("kubectl dba mssql list {}", elsewhere ? "-A" : fmt::format("-n {}", shell_quote(ns)));
  });
}

Json get_database(kube::Client& client, std::string_view ns, std::string_view name) {
  if (std::optional<Json> database = client.find(kube::resources::mssqlservers, ns, name)) return *std::move(database);
  throw no_such_database(client, ns, name);
}

}  // namespace dba::mssql
