#include "operator/coordinator/group_faults.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "dba/base/duration.hpp"

namespace dba::sandbox::kubedb::coordinator {

namespace {

using std::chrono::nanoseconds;

constexpr std::array<std::string_view, 6> kOurs{"freeze",      "partition",        "stale-label",
                                                "split-brain", "hold-highest-lsn", "flap"};

bool is_primary(const Member& m) { return m.role == Role::primary && !m.rogue; }

/// Who is meant right now; empty when nobody is (there may be no primary at the moment).
std::set<int> members_meant(const world::FaultRequest& request, const Group& group) {
  const std::string& member = request.target.member;
  // Without a member it is the one that matters: whoever is primary holds the highest LSN.
  const bool primary = member == "primary" || (member.empty() && request.name == "hold-highest-lsn");
  std::set<int> meant;
  for (const Member& m : group.members()) {
    const bool hit = primary                   ? is_primary(m)
                     : member == "secondaries" ? !m.arbiter() && m.role == Role::secondary
                     : member.empty()          ? true
                                               : member == std::to_string(m.id);
    if (hit) meant.insert(m.id);
  }
  return meant;
}

nanoseconds flap_period(const world::FaultRequest& request) {
  const auto period = request.settings.find("period");
  const auto span = period == request.settings.end() ? std::nullopt : try_parse_duration(period->second);
  return span && span->count() > 0 ? *span : nanoseconds(std::chrono::seconds(10));
}

/// process= of a freeze: "mssql" or "sqlservr" for SQL Server alone, "coordinator" (or "mssql-coordinator") for it
/// alone, nothing for the whole pod.
std::string_view process_of(const world::FaultRequest& request) {
  const auto process = request.settings.find("process");
  if (process == request.settings.end()) return "";
  return process->second.find("coordinator") != std::string::npos ? "coordinator" : "sql";
}

/// What the faults make of one member.
struct Condition {
  bool sql_frozen = false, coordinator_frozen = false, highest = false, stale = false;
  std::uint64_t side = 0;
  nanoseconds label_delay{0};
};

void add_to(Condition& condition, std::uint64_t id, const world::FaultRequest& request) {
  if (request.name == "freeze") {
    const auto process = process_of(request);
    condition.sql_frozen = condition.sql_frozen || process != "coordinator";
    condition.coordinator_frozen = condition.coordinator_frozen || process != "sql";
  } else if (request.name == "partition") {
    condition.side = condition.side * 1'000'003 + id;  // Who is in the same partitions is on the same side.
  } else if (request.name == "hold-highest-lsn") {
    condition.highest = true;
  } else if (request.name == "stale-label") {
    condition.stale = true;
    condition.label_delay = std::max(condition.label_delay, request.delay.value_or(nanoseconds(0)));
  }
}

}  // namespace

std::vector<FaultNews> GroupFaults::apply(const std::vector<world::Fault>& faults, Group& group, Time now) {
  const world::Victim database{.ns = group.settings().ns, .database = group.settings().database};
  std::vector<FaultNews> news;
  std::set<std::uint64_t> on;
  for (const world::Fault& fault : faults) {
    if (fault.begins > now || std::ranges::find(kOurs, fault.request.name) == kOurs.end()) continue;
    auto target = fault.request.target;
    target.member.clear();
    if (!world::concerns(target, database)) continue;
    on.insert(fault.id);
    auto& struck = struck_[fault.id];
    if (!struck.members.empty()) continue;
    struck = {fault.request, members_meant(fault.request, group)};
    if (!struck.members.empty()) news.push_back({fault.request.name + " begins", struck.members});
  }
  for (const auto& [id, struck] : struck_) {
    if (!on.contains(id) && !struck.members.empty()) news.push_back({struck.request.name + " ends", struck.members});
  }
  std::erase_if(struck_, [&on](const auto& entry) { return !on.contains(entry.first); });
  push_to(group, now);
  return news;
}

void GroupFaults::push_to(Group& group, Time now) const {
  std::map<int, Condition> conditions;
  for (const Member& m : group.members()) conditions[m.id] = {};
  bool split = false;
  std::optional<int> split_member;
  std::optional<nanoseconds> period;
  for (const auto& [id, struck] : struck_) {
    for (const int member : struck.members) add_to(conditions[member], id, struck.request);
    if (struck.request.name == "flap") period = flap_period(struck.request);
    if (struck.request.name != "split-brain") continue;
    split = true;
    const std::string& member = struck.request.target.member;
    const bool by_ordinal = !member.empty() && member != "primary" && member != "secondaries";
    if (by_ordinal && struck.members.size() == 1) split_member = *struck.members.begin();
  }
  for (const auto& [member, condition] : conditions) {
    group.partition(member, condition.side, now);
    group.freeze(member, condition.sql_frozen, condition.coordinator_frozen, now);
    group.hold_highest_lsn(member, condition.highest, now);
    group.stale_label(member, condition.stale, condition.label_delay, now);
  }
  group.split_brain(split_member, split, now);
  group.flap(period, now);
}

}  // namespace dba::sandbox::kubedb::coordinator
