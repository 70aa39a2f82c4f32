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

void sort_by_value(std::vector<Candidate>& items) { std::ranges::sort(items, {}, &Candidate::value); }

}  // namespace

Completions complete_files(AppContext&, std::string_view) { return {.directive = kDefault}; }

Completions complete_directories(AppContext&, std::string_view) { return {.directive = kFilterDirs}; }

Completions complete_contexts(AppContext& context, std::string_view) { return of_words(names(context).contexts); }

Completions complete_clusters(AppContext& context, std::string_view) { return of_words(names(context).clusters); }

Completions complete_users(AppContext& context, std::string_view) { return of_words(names(context).users); }

Completions complete_namespaces(AppContext& context, std::string_view) {
  Completions all;
  context.kube().list(kube::resources::namespaces, "", {.metadata_only = true},
                      [&all](Json&& item) { all.items.push_back({.value = codec::name_of(item)}); });
  sort_by_value(all.items);
  return all;
}

Completions complete_databases(AppContext& context, std::string_view) {
  Completions all;
  kube::Client& client = context.kube();
  client.list(kube::resources::mssqlservers, client.config().ns, {}, [&all](Json&& item) {
    all.items.push_back({.value = codec::name_of(item), .help = database_state(item)});
  });
  sort_by_value(all.items);
  return all;
}

Completer complete_replicas(const std::string& database) {
  return [&database](AppContext& context, std::string_view) {
    Completions all;
    if (database.empty()) return all;
    kube::Client& client = context.kube();
    const kube::ListOptions options{.label_selector = mssql::pod_selector(database), .metadata_only = true};
    client.list(kube::resources::pods, client.config().ns, options, [&all](Json&& pod) {
      all.items.push_back({.value = codec::name_of(pod), .help = codec::label_of(pod, mssql::kRoleLabel)});
    });
    sort_by_value(all.items);
    return all;
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
