#include "world/faults.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dba::sandbox::world {

namespace {

using platform::SteadyTime;

bool is_over(const Fault& fault, SteadyTime now) { return fault.ends && *fault.ends <= now; }
bool is_on(const Fault& fault, SteadyTime now) { return fault.begins <= now && !is_over(fault, now); }

std::string namespace_of(const FaultTarget& target) { return target.ns.empty() ? "demo" : target.ns; }

}  // namespace

bool concerns(const FaultTarget& target, const Victim& victim) {
  if (target.database.empty()) return true;
  if (target.database != victim.database || namespace_of(target) != victim.ns) return false;
  if (target.member.empty()) return true;
  if (target.member == "primary") return victim.role == "primary";
  if (target.member == "secondaries") return victim.role == "secondary";
  return target.member == fmt::format_int(victim.ordinal).c_str();
}

FaultRegistry::FaultRegistry(platform::Clock& clock, std::uint64_t seed) : clock_(clock), seed_(seed) {}

FaultRegistry::~FaultRegistry() {
  timekeeper_.request_stop();
  rearm();
}

void FaultRegistry::rearm() {
  std::stop_source waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = rearm_;
  }
  waiting.request_stop();
}

std::uint64_t FaultRegistry::set(FaultRequest request) {
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
    Fault fault{.id = id, .request = std::move(request)};
    fault.begins = clock_.steady_now() + fault.request.after.value_or(std::chrono::nanoseconds(0));
    if (fault.request.lasts) fault.ends = fault.begins + *fault.request.lasts;
    entries_.push_back({std::move(fault), Random(seed_, fmt::format("fault {}", id))});
  }
  notify();
  return id;
}

bool FaultRegistry::clear(std::uint64_t id) {
  bool found = false;
  {
    const std::lock_guard lock(mutex_);
    found = std::erase_if(entries_, [id](const Entry& entry) { return entry.fault.id == id; }) > 0;
  }
  if (found) notify();
  return found;
}

int FaultRegistry::clear(std::string_view name, const FaultTarget& target) {
  int count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = static_cast<int>(std::erase_if(entries_, [&](const Entry& entry) {
      const auto& own = entry.fault.request;
      return own.name == name && (target.database.empty() || format_target(own.target) == format_target(target));
    }));
  }
  if (count > 0) notify();
  return count;
}

void FaultRegistry::clear_all() {
  {
    const std::lock_guard lock(mutex_);
    entries_.clear();
  }
  notify();
}

std::vector<Fault> FaultRegistry::all() const {
  const auto now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  std::vector<Fault> set;
  for (const auto& entry : entries_) {
    if (!is_over(entry.fault, now)) set.push_back(entry.fault);
  }
  return set;
}

std::optional<Fault> FaultRegistry::active(std::string_view name, const Victim& victim) const {
  const auto now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    const auto& fault = entry.fault;
    if (fault.request.name == name && is_on(fault, now) && concerns(fault.request.target, victim)) return fault;
  }
  return std::nullopt;
}

std::optional<Fault> FaultRegistry::strikes(std::string_view name, const Victim& victim) {
  const auto now = clock_.steady_now();
  std::optional<Fault> hit;
  bool used_up = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [fault, draws] : entries_) {
      if (fault.request.name != name || !is_on(fault, now) || !concerns(fault.request.target, victim)) continue;
      if (!draws.chance(fault.request.probability)) continue;
      ++fault.struck;
      used_up = fault.request.times && fault.struck >= *fault.request.times;
      hit = fault;
      break;
    }
    if (used_up) std::erase_if(entries_, [&](const Entry& entry) { return entry.fault.id == hit->id; });
  }
  if (used_up) notify();
  return hit;
}

void FaultRegistry::on_change(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
  if (!timekeeper_.joinable()) timekeeper_ = std::jthread([this](const std::stop_token& stop) { keep_time(stop); });
}

std::optional<SteadyTime> FaultRegistry::next_change() const { return change_after(clock_.steady_now()); }

std::optional<SteadyTime> FaultRegistry::change_after(SteadyTime moment) const {
  const std::lock_guard lock(mutex_);
  std::optional<SteadyTime> next;
  const auto consider = [&](SteadyTime change) {
    if (change > moment && (!next || change < *next)) next = change;
  };
  for (const auto& entry : entries_) {
    consider(entry.fault.begins);
    if (entry.fault.ends) consider(*entry.fault.ends);
  }
  return next;
}

void FaultRegistry::notify() {
  std::vector<std::function<void()>> listeners;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady_now();
    std::erase_if(entries_, [now](const Entry& entry) { return is_over(entry.fault, now); });
    listeners = listeners_;
  }
  rearm();
  for (const auto& listener : listeners) listener();
}

void FaultRegistry::keep_time(const std::stop_token& stop) {
  auto told = clock_.steady_now();  // Every change up to here has been told.
  while (true) {
    std::stop_token rearmed;
    {
      const std::lock_guard lock(mutex_);
      if (stop.stop_requested()) return;
      rearm_ = {};
      rearmed = rearm_.get_token();
    }
    const auto next = change_after(told);
    if (!next) {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, rearmed, [] { return false; });
    } else if (!clock_.sleep_until(*next, rearmed)) {
      told = *next;
      notify();
    }
  }
}

}  // namespace dba::sandbox::world
