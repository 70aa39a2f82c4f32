#pragma once
// What the coordinators read off a pod of an MSSQLServer.

#include <cstdint>
#include <optional>
#include <string>

#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb::coordinator {

/// One container: the text names its present run, so that a restart is seen even when the gap is not.
struct ContainerView {
  bool running = false;
  std::string run{};
};

struct PodView {
  std::string ns{}, database{}, pod{}, uid{};
  int member = 0;  ///< Its ordinal, or kArbiter.
  bool deleting = false;
  ContainerView sql{}, coordinator{};
  std::string role{};         ///< Label kubedb.com/role.
  std::uint64_t version = 0;  ///< metadata.resourceVersion; 0 when it is not a number.

  bool all_running() const { return sql.running && coordinator.running; }
};

/// Absent when the pod is none of an MSSQLServer. An arbiter's container counts as coordinator and (so that
/// all_running() holds) as SQL Server; a standalone's only container counts as both.
/// @source kubedb.md 4 (labels, names, containers)
std::optional<PodView> pod_view(const Json& pod);

}  // namespace dba::sandbox::kubedb::coordinator
