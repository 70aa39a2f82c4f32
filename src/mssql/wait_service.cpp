#include "dba/mssql/wait_service.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/kube/watch.hpp"
#include "dba/mssql/names.hpp"

#include "find_database.hpp"
#include "follow_object.hpp"

namespace dba::mssql {

namespace {

/// The database and, when the condition is about a primary, its pods, as a watch shows them.
class Waiter {
 public:
  Waiter(kube::Client& client, const WaitRequest& request, const std::function<void(std::string_view)>& progress)
      : client_(client), request_(request), progress_(progress) {}

  WaitResult run() {
    try {
      return watch();
    } catch (const kube::ApiError& error) {
      if (!ran_out_of_time(error, client_, request_.deadline)) throw;
      return finish(WaitResult::Outcome::timed_out, observed_.empty() ? "the server has not answered" : observed_);
    }
  }

 private:
  enum Target : std::size_t { kDatabase, kPods };

  WaitResult watch() {
    // A watch would go on trying; a server that cannot be reached at all is no reason to wait.
    const std::optional<Json> found = client_.find(kube::resources::mssqlservers, request_.ns, request_.name);
    if (found && !request_.condition.needs_pods()) start_ = start_of({.database = &*found});
    std::vector<kube::WatchTarget> targets = watch_targets();
    not_synced_ = targets.size();
    kube::Watcher watcher(client_, targets);
    while (std::optional<kube::WatchEvent> event = watcher.next(request_.deadline, client_.stop())) {
      take(*event);
      // What is waited for is a change from here: from the pods as they were first seen, not as they are once every
      // other list is there too.
      if (found && !start_ && pods_synced_) start_ = start_with_pods(*found);
      if (not_synced_ > 0) continue;
      if (const std::optional<WaitResult> result = look()) return *result;
    }
    throw_if_stopped(client_);
    return finish(WaitResult::Outcome::timed_out, observed_);
  }

  WaitStart start_with_pods(const Json& database) const {
    const RoleReport roles = build_role_report({.database = &database, .pods = &pods_});
    return start_of({.database = &database, .roles = &roles});
  }

  std::vector<kube::WatchTarget> watch_targets() const {
    std::vector<kube::WatchTarget> targets(1);
    targets[kDatabase] = {.type = &kube::resources::mssqlservers, .ns = request_.ns};
    targets[kDatabase].options.field_selector = kube::field_equals("metadata.name", request_.name);
    if (request_.condition.looks_at_pods()) {
      kube::WatchTarget pods{.type = &kube::resources::pods, .ns = request_.ns};
      pods.options.label_selector = pod_selector(request_.name);
      targets.push_back(std::move(pods));
    }
    for (kube::WatchTarget& target : targets) target.first_list_tries = kFirstListTries;
    return targets;
  }

  void take(kube::WatchEvent& event) {
    using Kind = kube::WatchEvent::Kind;
    if (event.kind == Kind::failed && (event.target == kDatabase || request_.condition.needs_pods()))
      throw kube::ApiError(*event.error);
    if (event.kind == Kind::synced || event.kind == Kind::failed) {
      --not_synced_;
      if (event.target == kPods) pods_synced_ = event.kind == Kind::synced;
      return;
    }
    if (event.target == kPods) return take_change(pods_, event);
    database_.reset();
    if (event.kind != Kind::deleted) database_ = std::move(*event.object);
  }

  std::optional<WaitResult> look() {
    std::optional<RoleReport> roles;
    if (database_ && request_.condition.needs_pods())
      roles = build_role_report({.database = &*database_, .pods = &pods_});
    const Observation now{.database = database_ ? &*database_ : nullptr,
                          .roles = roles ? &*roles : nullptr,
                          .pods = pods_synced_ ? &pods_ : nullptr};
    if (!start_) {
      if (!database_ && request_.condition.kind != WaitCondition::Kind::deleted) {
        if (!request_.wait_for_create) throw no_such_database(client_, request_.ns, request_.name);
        note("it does not exist yet");
        return std::nullopt;
      }
      start_ = start_of(now);
    }
    const WaitVerdict verdict = judge(request_.condition, *start_, now);
    switch (verdict.state) {
      case WaitVerdict::State::met:
        return finish(WaitResult::Outcome::met, verdict.text);
      case WaitVerdict::State::never:
        return finish(WaitResult::Outcome::never, verdict.text);
      case WaitVerdict::State::waiting:
        note(verdict.text);
        break;
    }
    return std::nullopt;
  }

  WaitResult finish(WaitResult::Outcome outcome, const std::string& observed) const {
    WaitResult result{.outcome = outcome, .observed = observed, .exists = database_.has_value()};
    const bool deletion = request_.condition.kind == WaitCondition::Kind::deleted;
    if (deletion && outcome == WaitResult::Outcome::met && start_->uid.empty()) {
      result.observed = fmt::format("there was no such database in namespace \"{}\"", request_.ns);
      result.warning = result.observed;
      const Error missing = no_such_database(client_, request_.ns, request_.name);
      for (const std::string& near : missing.info().details) result.warning += "; " + near;
    }
    return result;
  }

  void note(const std::string& text) {
    if (text == observed_) return;
    observed_ = text;
    progress_(text);
  }

  kube::Client& client_;
  const WaitRequest& request_;
  const std::function<void(std::string_view)>& progress_;
  std::size_t not_synced_ = 0;
  bool pods_synced_ = false;
  std::optional<Json> database_{};
  std::vector<Json> pods_{};
  std::optional<WaitStart> start_{};
  std::string observed_ = "nothing yet: the server has not answered";
};

}  // namespace

WaitResult wait_for(kube::Client& client, const WaitRequest& request,
                    const std::function<void(std::string_view)>& progress) {
  return Waiter(client, request, progress).run();
}

}  // namespace dba::mssql
