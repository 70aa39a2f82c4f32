#pragma once
// What somebody who runs the cluster tells the SQL half about one pod.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dba/codec/json.hpp"
#include "dba/kube/resource.hpp"
#include "dba/platform/clock.hpp"

namespace dba::sandbox::sqlserver {

/// How a SQL Server process is, and in which role, from `at` on.
struct MemberChange {
  std::string ns{}, database{}, pod{}, uid{};
  int ordinal = 0;
  std::string role{};  ///< PRIMARY, SECONDARY, RESOLVING
  std::uint64_t sequence_number = 0;
  bool running = false, frozen = false;
  bool abruptly = false;   ///< It ended without closing its connections.
  std::uint64_t side = 0;  ///< Members of different sides do not reach each other.
  platform::SteadyTime at{};
};

/// Looks an object up; null when there is none. Called from any thread.
using FindObject = std::function<std::shared_ptr<const Json>(const kube::ResourceType& type, const std::string& ns,
                                                             const std::string& name)>;

}  // namespace dba::sandbox::sqlserver
