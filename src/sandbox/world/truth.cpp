#include "world/truth.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace dba::sandbox::world {

namespace {

/// So that a world that goes on for days does not grow; a group at rest has nothing to tell.
constexpr std::size_t kMostEvents = 100'000;
constexpr std::ptrdiff_t kForgottenAtOnce = 1000;

/// A time in which one incarnation of a pod accepted writes.
struct Interval {
  std::string pod{}, uid{};
  WallTime from{};
  std::optional<WallTime> until{};  ///< Absent: it still does.
  std::uint64_t term = 0;
};

Json event_json(const TruthEvent& event) {
  Json object{{"at", format_rfc3339_micro(event.at)}, {"namespace", event.ns}, {"database", event.database}};
  if (!event.pod.empty()) object["pod"] = event.pod;
  if (!event.pod_uid.empty()) object["podUID"] = event.pod_uid;
  object["what"] = event.what;
  if (!event.detail.empty()) object["detail"] = event.detail;
  if (event.term > 0) object["term"] = event.term;
  if (event.count > 0) object["count"] = event.count;
  return object;
}

/// "writable" and "recovered" begin an interval; "read-only", "recovering" and "down" end it.
std::vector<Interval> intervals_of(const std::vector<const TruthEvent*>& events) {
  std::vector<Interval> intervals;
  for (const auto* event : events) {
    const auto open = std::ranges::find_if(intervals, [event](const Interval& interval) {
      return interval.pod == event->pod && interval.uid == event->pod_uid && !interval.until;
    });
    const bool begins = event->what == "writable" || event->what == "recovered";
    const bool ends = event->what == "read-only" || event->what == "recovering" || event->what == "down";
    if (begins && open == intervals.end()) {
      intervals.push_back({event->pod, event->pod_uid, event->at, std::nullopt, event->term});
    } else if (ends && open != intervals.end()) {
      open->until = event->at;
    }
  }
  return intervals;
}

std::int64_t millis_between(WallTime from, WallTime until) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(until - from).count();
}

Json interval_json(const Interval& interval) {
  Json object{{"pod", interval.pod}, {"podUID", interval.uid}, {"from", format_rfc3339_micro(interval.from)}};
  if (interval.until) {
    object["until"] = format_rfc3339_micro(*interval.until);
    object["millis"] = millis_between(interval.from, *interval.until);
  }
  if (interval.term > 0) object["term"] = interval.term;
  return object;
}

/// Every stretch of time in which two pods accepted writes at once.
Json overlaps_json(const std::vector<Interval>& intervals) {
  Json overlaps = Json::array();
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    for (std::size_t j = i + 1; j < intervals.size(); ++j) {
      const auto& a = intervals[i];
      const auto& b = intervals[j];
      const auto from = std::max(a.from, b.from);
      const auto until =
          a.until && b.until ? std::min(*a.until, *b.until) : a.until.value_or(b.until.value_or(WallTime::max()));
      if (from >= until) continue;
      Json overlap{{"pods", {a.pod, b.pod}}, {"from", format_rfc3339_micro(from)}};
      if (until != WallTime::max()) {
        overlap["until"] = format_rfc3339_micro(until);
        overlap["millis"] = millis_between(from, until);
      }
      overlaps.push_back(std::move(overlap));
    }
  }
  return overlaps;
}

}  // namespace

void Truth::record(TruthEvent event) {
  const std::lock_guard lock(mutex_);
  // Members are advanced one after the other: one may tell of a moment shortly before what another has told already.
  const auto place = std::ranges::upper_bound(events_, event.at, {}, &TruthEvent::at);
  events_.insert(place, std::move(event));
  if (events_.size() > kMostEvents) events_.erase(events_.begin(), events_.begin() + kForgottenAtOnce);
}

std::vector<TruthEvent> Truth::events(std::string_view ns, std::string_view database) const {
  const std::lock_guard lock(mutex_);
  std::vector<TruthEvent> chosen;
  std::ranges::copy_if(events_, std::back_inserter(chosen), [&](const TruthEvent& event) {
    return (ns.empty() || event.ns == ns) && (database.empty() || event.database == database);
  });
  return chosen;
}

Json Truth::report(std::string_view ns, std::string_view database) const {
  const auto chosen = events(ns, database);
  Json told = Json::array();
  std::map<std::pair<std::string, std::string>, std::vector<const TruthEvent*>> by_database;
  for (const auto& event : chosen) {
    told.push_back(event_json(event));
    if (!event.database.empty()) by_database[{event.ns, event.database}].push_back(&event);
  }
  Json databases = Json::array();
  for (const auto& [key, own] : by_database) {
    const auto intervals = intervals_of(own);
    Json list = Json::array();
    for (const auto& interval : intervals) list.push_back(interval_json(interval));
    databases.push_back({{"namespace", key.first},
                         {"database", key.second},
                         {"intervals", std::move(list)},
                         {"twoWritable", overlaps_json(intervals)}});
  }
  return {{"apiVersion", "kubectl-dba/v1"},
          {"kind", "SandboxTruth"},
          {"environment", "sandbox"},
          {"events", std::move(told)},
          {"writable", std::move(databases)}};
}

}  // namespace dba::sandbox::world
