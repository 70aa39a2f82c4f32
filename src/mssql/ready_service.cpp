#include "dba/mssql/ready_service.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/kube/watch.hpp"
#include "dba/mssql/names.hpp"

#include "follow_object.hpp"
#include "phase.hpp"

namespace dba::mssql {

namespace {

constexpr std::size_t kDatabase = 0;

/// The database and its pods as the watch shows them.
class ReadyWaiter {
 public:
  ReadyWaiter(kube::Client& client, const Json& database, const std::function<void(std::string_view)>& progress)
      : client_(client),
        ns_(codec::namespace_of(database)),
        name_(codec::name_of(database)),
        uid_(codec::uid_of(database)),
        progress_(progress) {}

  ReadyResult run(platform::SteadyTime deadline) {
    kube::Watcher watcher(client_, targets());
    while (std::optional<kube::WatchEvent> event = watcher.next(deadline, client_.stop())) {
      take(*event);
      if (!database_synced_) continue;
      look();
      if (result_.outcome != ReadyResult::Outcome::timed_out) return finish();
    }
    throw_if_stopped(client_);
    return finish();
  }

 private:
  ReadyResult finish() {
    if (database_) result_.database = std::make_shared<const Json>(*std::move(database_));
    return std::move(result_);
  }

  std::vector<kube::WatchTarget> targets() const {
    kube::WatchTarget database{.type = &kube::resources::mssqlservers, .ns = ns_};
    database.options.field_selector = kube::field_equals("metadata.name", name_);
    kube::WatchTarget pods{.type = &kube::resources::pods, .ns = ns_};
    pods.options.label_selector = pod_selector(name_);
    pods.first_list_tries = kFirstListTries;
    std::vector<kube::WatchTarget> both;
    both.push_back(std::move(database));
    both.push_back(std::move(pods));
    return both;
  }

  void take(kube::WatchEvent& event) {
    using Kind = kube::WatchEvent::Kind;
    if (event.target == kDatabase) {
      if (event.kind == Kind::failed) throw kube::ApiError(*event.error);
      if (event.kind == Kind::synced) database_synced_ = true;
      if (event.kind == Kind::added || event.kind == Kind::modified) database_ = std::move(*event.object);
      if (event.kind == Kind::deleted) database_.reset();
    } else if (event.kind == Kind::failed || event.kind == Kind::synced) {
      // Without the right to read pods the phase has to do.
      pods_synced_ = true;
      pods_known_ = event.kind == Kind::synced;
    } else {
      take_change(pods_, event);
    }
  }

  void look() {
    if (!database_ || codec::uid_of(*database_) != uid_) {
      result_.outcome = ReadyResult::Outcome::never;
      result_.text = "it was deleted meanwhile";
      return;
    }
    const Progress progress = provisioning_progress(*database_, pods_known_ ? &pods_ : nullptr);
    result_.newest = progress.newest;
    switch (progress.state) {
      case Progress::State::ready:
        if (!pods_synced_) break;  // They may have another say.
        result_.outcome = ReadyResult::Outcome::ready;
        tell(progress.phase);
        break;
      case Progress::State::never:
        result_.outcome = ReadyResult::Outcome::never;
        result_.text = progress.text;
        break;
      case Progress::State::going_on:
        tell(fmt::format("{}: {}", progress.phase, progress.text));
        break;
    }
  }

  void tell(std::string text) {
    if (text == result_.text) return;
    result_.text = std::move(text);
    progress_(result_.text);
  }

  kube::Client& client_;
  const std::string ns_, name_, uid_;
  const std::function<void(std::string_view)>& progress_;
  bool database_synced_ = false, pods_synced_ = false;
  bool pods_known_ = false;
  std::optional<Json> database_{};
  std::vector<Json> pods_{};
  ReadyResult result_{.outcome = ReadyResult::Outcome::timed_out, .text = "the server has not answered"};
};

}  // namespace

ReadyResult wait_until_ready(kube::Client& client, const Json& database, platform::SteadyTime deadline,
                             const std::function<void(std::string_view)>& progress) {
  return ReadyWaiter(client, database, progress).run(deadline);
}

}  // namespace dba::mssql
