#include "completers.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/codec/json.hpp"
#include "dba/kube/config.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/names.hpp"

namespace dba::cli {

namespace {

Completions of_words(const std::vector<std::string>& words, int directive = kNoFileComp) {
  Completions all{.directive = directive};
  for (const std::string& word : words) all.items.push_back({.value = word});
  return all;
}

kube::KubeconfigNames names(const AppContext& context) {
  return kube::kubeconfig_names(context.global.connection, context.environment);
}

/// "Ready, 3 replicas"
std::string database_state(const Json& database) {
  const std::string phase = codec::string_at(database, {"status", "phase"}, "no status yet");
  const auto replicas = codec::int_at(database, {"spec", "replicas"}).value_or(1);
  return fmt::format("{}, {} {}", phase, replicas, replicas == 1 ? "replica" : "replicas");
}

std::string no_help(const Json& /*object*/) { return {}; }
std::string role_label(const Json& pod) { return codec::label_of(pod, mssql::kRoleLabel); }

/// The names of objects of the namespace in use, or of all that have none, with what `help` says of each.
Completions of_objects(AppContext& context, const kube::ResourceType& type, const kube::ListOptions& options,
                       std::string (*help)(const Json& object)) {
  Completions all;
  kube::Client& client = context.kube();
  client.list(type, type.namespaced ? client.config().ns : "", options, [&all, help](Json&& object) {
    all.items.push_back({.value = codec::name_of(object), .help = help(object)});
  });
  std::ranges::sort(all.items, {}, &Candidate::value);
  return all;
}

}  // namespace

Completions complete_files(AppContext&, std::string_view) { return {.directive = kDefault}; }

Completions complete_directories(AppContext&, std::string_view) { return {.directive = kFilterDirs}; }

Completions complete_contexts(AppContext& context, std::string_view) { return of_words(names(context).contexts); }

Completions complete_clusters(AppContext& context, std::string_view) { return of_words(names(context).clusters); }

Completions complete_users(AppContext& context, std::string_view) { return of_words(names(context).users); }

Completions complete_namespaces(AppContext& context, std::string_view) {
  return of_objects(context, kube::resources::namespaces, {.metadata_only = true}, no_help);
}

Completions complete_databases(AppContext& context, std::string_view) {
  return of_objects(context, kube::resources::mssqlservers, {}, database_state);
}

Completer complete_replicas(const std::string& database) {
  return [&database](AppContext& context, std::string_view) {
    if (database.empty()) return Completions{};
    const kube::ListOptions options{.label_selector = mssql::pod_selector(database), .metadata_only = true};
    return of_objects(context, kube::resources::pods, options, role_label);
  };
}

Completer complete_group_databases(const std::string& database) {
  return [&database](AppContext& context, std::string_view) {
    Completions all;
    if (database.empty()) return all;
    kube::Client& client = context.kube();
    const auto object = client.find(kube::resources::mssqlservers, client.config().ns, database);
    const Json* names =
        object ? codec::find_at(*object, {"spec", "topology", "availabilityGroup", "databases"}) : nullptr;
    if (names == nullptr || !names->is_array()) return all;
    for (const Json& name : *names) {
      if (name.is_string()) all.items.push_back({.value = name.get<std::string>()});
    }
    return all;
  };
}

Completer complete_words(std::vector<std::string> words) {
  return
      [words = std::move(words)](AppContext&, std::string_view) { return of_words(words, kNoFileComp | kKeepOrder); };
}

}  // namespace dba::cli
