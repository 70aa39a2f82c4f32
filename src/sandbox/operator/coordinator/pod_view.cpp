#include "operator/coordinator/pod_view.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operator/coordinator/member.hpp"
#include "operator/database.hpp"

namespace dba::sandbox::kubedb::coordinator {

namespace {

using codec::string_at;

std::optional<int> ordinal_of(std::string_view pod, std::string_view petset) {
  if (pod.size() <= petset.size() + 1 || !pod.starts_with(petset) || pod[petset.size()] != '-') return std::nullopt;
  const auto digits = pod.substr(petset.size() + 1);
  int ordinal = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  if (error != std::errc() || end != digits.data() + digits.size() || ordinal < 0) return std::nullopt;
  return ordinal;
}

ContainerView container_view(const Json& status) {
  return {.running = codec::find_at(status, {"state", "running"}) != nullptr,
          .run = fmt::format("{} {}", string_at(status, {"containerID"}),
                             codec::int_at(status, {"restartCount"}).value_or(0))};
}

void read_containers(const Json& pod, PodView& view) {
  const Json* statuses = codec::find_at(pod, {"status", "containerStatuses"});
  if (statuses == nullptr || !statuses->is_array()) return;
  bool has_coordinator = false;
  for (const Json& status : *statuses) {
    const auto name = string_at(status, {"name"});
    if (name == "mssql") view.sql = container_view(status);
    if (name != "mssql-coordinator") continue;
    view.coordinator = container_view(status);
    has_coordinator = true;
  }
  if (view.member == kArbiter) {
    if (!has_coordinator && !statuses->empty()) view.coordinator = container_view(statuses->front());
    view.sql = view.coordinator;
  } else if (!has_coordinator) {
    view.coordinator = view.sql;
  }
}

}  // namespace

std::optional<PodView> pod_view(const Json& pod) {
  PodView view;
  view.database = codec::label_of(pod, "app.kubernetes.io/instance");
  if (view.database.empty() || codec::label_of(pod, "app.kubernetes.io/name") != "mssqlservers.kubedb.com") {
    return std::nullopt;
  }
  view.ns = codec::namespace_of(pod);
  view.pod = codec::name_of(pod);
  view.uid = codec::uid_of(pod);
  view.role = codec::label_of(pod, kRoleLabel);
  const auto ordinal = ordinal_of(view.pod, view.database);
  if (!ordinal && !ordinal_of(view.pod, name_with_suffix(view.database, "arbiter"))) return std::nullopt;
  view.member = ordinal.value_or(kArbiter);
  view.deleting = codec::find_at(pod, {"metadata", "deletionTimestamp"}) != nullptr;
  const auto version = codec::resource_version_of(pod);
  std::from_chars(version.data(), version.data() + version.size(), view.version);
  read_containers(pod, view);
  return view;
}

}  // namespace dba::sandbox::kubedb::coordinator
