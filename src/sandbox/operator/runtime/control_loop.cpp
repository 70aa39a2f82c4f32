#include "operator/runtime/control_loop.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/kube/api_error.hpp"

#include "operator/delays.hpp"

namespace dba::sandbox::kubedb {

namespace {

/// Long enough to mean: until something happens.
constexpr auto kIdleLoop = std::chrono::hours(24 * 365);

std::vector<kube::WatchTarget> watch_targets(const std::string& ns) {
  std::vector<kube::WatchTarget> all;
  for (const KindRow& row : watched_kinds()) {
    kube::WatchTarget target{.type = row.type, .metadata_of_missed = true};
    if (row.type->namespaced) target.ns = ns;
    if (row.ours_only) target.options.label_selector = kManagedByKubedb;
    all.push_back(std::move(target));
  }
  return all;
}

std::string petset_of(const Json& pod) {
  const Json* owners = codec::find_at(pod, {"metadata", "ownerReferences"});
  if (owners == nullptr || owners->empty()) return {};
  return codec::string_at(owners->front(), {"kind"}) == "PetSet" ? codec::string_at(owners->front(), {"name"}) : "";
}

/// "data-sales-0" → "sales": a claim has no owner, so that it stays.
std::string petset_of_claim(const std::string& claim) {
  const std::size_t behind_template = claim.find('-');
  const std::size_t ordinal = claim.rfind('-');
  if (behind_template == std::string::npos || behind_template == ordinal) return {};
  return claim.substr(behind_template + 1, ordinal - behind_template - 1);
}

}  // namespace

ControlLoop::ControlLoop(kube::Client& client, world::World& world, std::string ns, ListensToSql listens)
    : client_(client),
      world_(world),
      ns_(std::move(ns)),
      writer_(client, store_, world.seed),
      databases_(writer_, store_, queue_, world, std::move(listens)),
      petsets_(writer_, store_, queue_, world.clock) {}

void ControlLoop::run(const std::stop_token& stop) {
  kube::Watcher watcher(client_, watch_targets(ns_));
  while (!stop.stop_requested()) {
    std::optional<kube::WatchEvent> event = watcher.next(next_moment(), stop);
    while (event) {
      take(*event);
      event = watcher.next(now(), stop);
    }
    if (!store_.synced() || is_down()) continue;
    for (auto key = queue_.take(now()); key && !stop.stop_requested(); key = queue_.take(now())) {
      work(*key);
      if (const auto news = watcher.next(now(), stop)) take(*news);
    }
  }
}

platform::SteadyTime ControlLoop::now() const { return world_.clock.steady_now(); }
bool ControlLoop::is_down() const { return world_.faults.active("operator-down").has_value(); }

platform::SteadyTime ControlLoop::next_moment() const {
  if (!store_.synced()) return now() + kIdleLoop;
  if (is_down()) return now() + delays::kDownPoll;
  return queue_.next_due().value_or(now() + kIdleLoop);
}

void ControlLoop::add(WorkKey::What what, std::string ns, std::string name) {
  if (!name.empty()) queue_.add({.what = what, .ns = std::move(ns), .name = std::move(name)}, now());
}

/// Everything that belongs to a database carries its name in a label; what does not may be what one waits for.
void ControlLoop::take(const kube::WatchEvent& event) {
  store_.take(event);
  if (event.object == nullptr) return;
  const Json& object = *event.object;
  const std::string ns = codec::namespace_of(object), name = codec::name_of(object);
  const Kind kind = watched_kinds()[event.target].kind;
  if (kind == Kind::database) add(WorkKey::What::database, ns, name);
  if (kind == Kind::petset) add(WorkKey::What::petset, ns, name);
  if (kind == Kind::pod) add(WorkKey::What::petset, ns, petset_of(object));
  if (kind == Kind::claim) add(WorkKey::What::petset, ns, petset_of_claim(name));
  add(WorkKey::What::database, ns, codec::label_of(object, "app.kubernetes.io/instance"));
  if (kind == Kind::database || kind == Kind::pod || kind == Kind::petset) return;
  for (const WorkKey& waiting : databases_.waiting()) {
    if (ns.empty() || waiting.ns == ns) queue_.add(waiting, now());
  }
}

void ControlLoop::work(const WorkKey& key) {
  try {
    if (key.what == WorkKey::What::database) {
      databases_.reconcile(key);
    } else {
      petsets_.reconcile(key);
    }
    queue_.succeeded(key);
  } catch (const kube::ApiError& error) {
    retry(key, error);
  } catch (const Error&) {
    queue_.add(key, now() + queue_.failed(key));  // ended from outside, or an object nobody can make sense of
  }
}

void ControlLoop::retry(const WorkKey& key, const kube::ApiError& error) {
  using ErrorKind = kube::ApiError::Kind;
  if (error.kind() == ErrorKind::conflict) return queue_.add(key, now() + delays::kConflictRetry);
  queue_.add(key, now() + queue_.failed(key));
  const bool refused = error.kind() == ErrorKind::invalid || error.kind() == ErrorKind::forbidden ||
                       error.kind() == ErrorKind::bad_request;
  if (!refused || key.what != WorkKey::What::database) return;
  if (const auto database = store_.find(Kind::database, key.ns, key.name)) {
    databases_.tell(key, *database, error.status().message);
  }
}

}  // namespace dba::sandbox::kubedb
