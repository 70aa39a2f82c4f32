#include <algorithm>
#include <array>

#include "world/faults.hpp"

namespace dba::sandbox::world {

namespace {

constexpr std::array<std::string_view, 1> kProcess{"process"};
constexpr std::array<std::string_view, 1> kPeriod{"period"};
constexpr std::array<std::string_view, 1> kType{"type"};
constexpr std::array<std::string_view, 2> kCalls{"verb", "resource"};
constexpr std::array<std::string_view, 3> kAnswers{"verb", "resource", "code"};
constexpr std::array<std::string_view, 1> kRate{"rate"};
constexpr std::array<std::string_view, 1> kAmount{"rows"};

using Keys = std::span<const std::string_view>;

// In the order of design 9.
constexpr auto kKinds = std::to_array<FaultKind>({
    {"kill-process", "a process of the pod dies: process=sqlservr (default) or coordinator", true, false, kProcess},
    {"freeze", "the member stands still without ending: no answers, no heartbeats, no writes", true, false, kProcess},
    {"partition", "the members named can talk among themselves only, not with the rest", true, false, Keys{}},
    {"disk-full", "the volume is full: writes fail with error 9002", true, true, Keys{}},
    {"slow-disk", "every write to disk takes delay= longer", true, true, Keys{}},
    {"redo-lag", "the secondary falls behind with redo, at rate= KB/s", true, true, kRate},
    {"stale-label", "the role label is not updated, or later by delay=", true, false, Keys{}},
    {"stale-endpoint", "EndpointSlices are not updated", true, false, Keys{}},
    {"split-brain", "a secondary believes that it was elected too: two writable replicas", true, false, Keys{}},
    {"lose-acked-write", "an acknowledged write is gone after the next failover: rows= of them", true, true, kAmount},
    {"hold-highest-lsn", "the member holds the highest LSN: nobody else is promoted while it is down", true, false,
     Keys{}},
    {"operator-down", "the operator does nothing; coordinators go on", false, false, Keys{}},
    {"api-latency", "the API server answers delay= later", false, false, kCalls},
    {"api-error", "the API server answers with code= (default 500)", false, false, kAnswers},
    {"api-disconnect", "the API server closes the connection without an answer", false, false, kCalls},
    {"tunnel-drop", "exec and port-forward connections to the pod break off", true, false, Keys{}},
    {"tls-expired", "the pod's SQL certificate has run out", true, true, Keys{}},
    {"password-wrong", "logins fail with error 18456", true, true, Keys{}},
    {"ops-stuck", "an ops request stays Progressing: type= of it (default any)", true, false, kType},
    {"ops-fail", "an ops request ends Failed: type= of it (default any)", true, false, kType},
    {"ignore-fault", "what is done to break the member is answered as done and does nothing", true, false, Keys{}},
    {"flap", "the leadership moves on every period= (default 10s)", true, false, kPeriod},
    {"endpoint-lag", "EndpointSlices and Service listeners follow delay= later", true, false, Keys{}},
});

}  // namespace

std::span<const FaultKind> fault_kinds() { return kKinds; }

const FaultKind* find_fault_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &FaultKind::name);
  return found == kKinds.end() ? nullptr : found;
}

}  // namespace dba::sandbox::world
