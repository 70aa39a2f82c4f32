#include "operator/coordinator/patch_queue.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/kube/api_error.hpp"

#include "operator/database.hpp"

namespace dba::sandbox::kubedb::coordinator {

namespace {

/// Lines alone wait a little, so that a label that follows soon takes them along.
constexpr std::chrono::seconds kLinesWait{1};
constexpr std::chrono::seconds kRetry{1};
constexpr std::size_t kMostLines = 500;

Json patch_of(const std::string& uid, const std::optional<std::string>& label, const std::vector<std::string>& lines) {
  // The uid makes the server refuse the patch when the name has gone to another pod.
  Json metadata{{"uid", uid}};
  if (label) metadata["labels"] = {{std::string(kRoleLabel), label->empty() ? Json() : Json(*label)}};
  if (!lines.empty()) metadata["annotations"] = {{kLogAnnotation, join(lines, "\n")}};
  return {{"metadata", std::move(metadata)}};
}

bool worth_another_try(const kube::ApiError& error) {
  using Kind = kube::ApiError::Kind;
  switch (error.kind()) {
    case Kind::too_many_requests:
    case Kind::server_error:
    case Kind::unreachable:
    case Kind::timeout:
    case Kind::broken:
    case Kind::foreign:
    case Kind::unauthorized:
    case Kind::other:
      return true;
    case Kind::forbidden:
    case Kind::not_found:
    case Kind::api_missing:
    case Kind::already_exists:
    case Kind::conflict:
    case Kind::apply_conflict:
    case Kind::expired:
    case Kind::invalid:
    case Kind::bad_request:
      return false;
  }
  return false;
}

}  // namespace

PatchQueue::PatchQueue(kube::Client& client, world::ScaledClock& clock)
    : client_(client), clock_(clock), worker_([this](const std::stop_token& stop) { work(stop); }) {}

PatchQueue::~PatchQueue() = default;

void PatchQueue::set_label(const Pod& pod, std::string role) {
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[pod.uid];
    entry.pod = pod;
    entry.label = std::move(role);
    wait_until(entry, clock_.steady_now());
  }
  changed_.notify_all();
}

void PatchQueue::add_log(const Pod& pod, std::string line) {
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[pod.uid];
    const bool waits = entry.waiting();
    entry.pod = pod;
    entry.lines.push_back(std::move(line));
    if (!waits) wait_until(entry, clock_.steady_now() + kLinesWait);
    if (entry.lines.size() > kMostLines) entry.lines.erase(entry.lines.begin());
  }
  changed_.notify_all();
}

bool PatchQueue::is_ahead_of(const PodView& pod) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(pod.uid);
  if (found == entries_.end()) return false;
  const Entry& entry = found->second;
  return entry.label.has_value() || entry.label_in_flight || pod.version < entry.labelled_version;
}

void PatchQueue::forget(const std::string& uid) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(uid);
  if (found == entries_.end()) return;
  waiting_.erase({found->second.due, uid});
  entries_.erase(found);
}

void PatchQueue::wait_until(Entry& entry, platform::SteadyTime due) {
  waiting_.erase({entry.due, entry.pod.uid});
  entry.due = due;
  waiting_.emplace(due, entry.pod.uid);
}

void PatchQueue::work(const std::stop_token& stop) {
  while (const auto uid = take_due(stop)) send(*uid);
}

/// Waits for the next entry that is due. @returns absent when asked to stop
std::optional<std::string> PatchQueue::take_due(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (waiting_.empty()) {
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      continue;
    }
    const auto [due, uid] = *waiting_.begin();
    const auto now = clock_.steady_now();
    if (due <= now) {
      waiting_.erase(waiting_.begin());
      return uid;
    }
    const auto real = std::chrono::duration<double, std::nano>(due - now) / clock_.speed();
    changed_.wait_for(lock, stop, std::chrono::ceil<std::chrono::nanoseconds>(real),
                      [this, first = due] { return waiting_.empty() || waiting_.begin()->first < first; });
  }
  return std::nullopt;
}

void PatchQueue::send(const std::string& uid) {
  Entry taken;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(uid);
    if (found == entries_.end()) return;
    taken.pod = found->second.pod;
    taken.label = std::exchange(found->second.label, {});
    taken.lines = std::exchange(found->second.lines, {});
    found->second.label_in_flight = taken.label.has_value();
  }
  std::uint64_t version = 0;
  bool again = false, refused = false;
  try {
    const Json patched = client_.merge_patch(kube::resources::pods, taken.pod.ns, taken.pod.name,
                                             patch_of(uid, taken.label, taken.lines), {.look_up = false});
    const auto text = codec::resource_version_of(patched);
    std::from_chars(text.data(), text.data() + text.size(), version);
  } catch (const kube::ApiError& error) {
    again = worth_another_try(error);
    refused = !again;
  } catch (const Error&) {
    again = false;  // Ended from outside.
  }
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(uid);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.label_in_flight = false;
  if (again) {
    if (!entry.label) entry.label = std::move(taken.label);
    entry.lines.insert(entry.lines.begin(), taken.lines.begin(), taken.lines.end());
    wait_until(entry, clock_.steady_now() + kRetry);
  } else if (refused && !entry.waiting()) {
    entries_.erase(found);  // The pod is gone: this was told after its end.
  } else if (taken.label) {
    entry.labelled_version = std::max(entry.labelled_version, version);
  }
}

}  // namespace dba::sandbox::kubedb::coordinator
