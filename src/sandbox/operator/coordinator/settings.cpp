#include "operator/coordinator/settings.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"

namespace dba::sandbox::kubedb::coordinator {

namespace {

using codec::find_at;
using codec::int_at;
using codec::string_at;

std::chrono::nanoseconds span_at(const Json& block, std::string_view key, std::chrono::nanoseconds fallback) {
  const auto span = try_parse_duration(string_at(block, {key}));
  return span && span->count() > 0 ? *span : fallback;
}

int ticks_at(const Json& block, std::string_view key, int fallback) {
  return static_cast<int>(std::clamp<std::int64_t>(int_at(block, {key}).value_or(fallback), 1, 10'000));
}

LeaderElection election_of(const Json& database) {
  const Json* block = find_at(database, {"spec", "topology", "availabilityGroup", "leaderElection"});
  if (block == nullptr || !block->is_object()) return {};
  LeaderElection election;
  election.period = span_at(*block, "period", std::chrono::milliseconds(100));
  election.heartbeat_tick = ticks_at(*block, "heartbeatTick", 1);
  election.election_tick = std::max(ticks_at(*block, "electionTick", 10), election.heartbeat_tick + 1);
  election.transfer_interval = span_at(*block, "transferLeadershipInterval", election.transfer_interval);
  election.transfer_timeout = span_at(*block, "transferLeadershipTimeout", election.transfer_timeout);
  return election;
}

}  // namespace

Settings settings_of(const Json& database) {
  Settings settings;
  settings.ns = codec::namespace_of(database);
  settings.database = codec::name_of(database);
  settings.replicas =
      static_cast<int>(std::clamp<std::int64_t>(int_at(database, {"spec", "replicas"}).value_or(1), 1, 100));
  const auto mode = string_at(database, {"spec", "topology", "mode"});
  const bool distributed =
      mode == "DistributedAG" && find_at(database, {"spec", "topology", "distributedAG"}) != nullptr;
  settings.clustered = mode == "AvailabilityGroup" || distributed;
  // The block lingers in the spec after scaling to an odd count; the arbiter itself does not.
  settings.arbiter =
      mode == "AvailabilityGroup" && settings.replicas % 2 == 0 && find_at(database, {"spec", "arbiter"}) != nullptr;
  settings.forwarder =
      distributed && string_at(database, {"spec", "topology", "distributedAG", "self", "role"}) == "Secondary";
  settings.election = election_of(database);
  return settings;
}

}  // namespace dba::sandbox::kubedb::coordinator
