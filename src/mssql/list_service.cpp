#include "dba/mssql/list_service.hpp"

#include <array>
#include <future>
#include <mutex>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/kube/watch.hpp"
#include "dba/mssql/names.hpp"

#include "follow_object.hpp"

namespace dba::mssql {

namespace {

/// The phase of a pod is not among its metadata: the server looks at it, so that failed pods do not count.
kube::ListOptions running_pods() {
  return {.label_selector = all_pods_selector(),
          .field_selector = kube::field_equals("status.phase", "Running"),
          .metadata_only = true};
}

void note_missing_pods(const Error& error, ListResult& result) {
  result.list.pods_unknown();
  result.errors.push_back(fmt::format("pods could not be listed: {}", why(error)));
}

/// Databases and pods as a watch shows them.
class ListFollower {
 public:
  explicit ListFollower(const ListRequest& request) : request_(request) {}

  std::vector<kube::WatchTarget> targets() const {
    std::vector<kube::WatchTarget> all(2);
    all[databases] = {.type = &kube::resources::mssqlservers, .ns = request_.ns};
    all[databases].options.label_selector = request_.label_selector;
    all[pods] = {.type = &kube::resources::pods, .ns = request_.ns, .options = running_pods()};
    for (kube::WatchTarget& target : all) target.first_list_tries = kFirstListTries;
    return all;
  }

  /// Absent until both have been seen once.
  const ListResult* take(const kube::WatchEvent& event) {
    using Kind = kube::WatchEvent::Kind;
    switch (event.kind) {
      case Kind::failed:
        if (event.target == databases) throw kube::ApiError(*event.error);
        note_missing_pods(*event.error, result_);
        [[fallthrough]];
      case Kind::synced:
        synced_.at(event.target) = true;
        break;
      case Kind::added:
      case Kind::modified:
        event.target == databases ? result_.list.add_database(*event.object) : result_.list.add_pod(*event.object);
        break;
      case Kind::deleted:
        event.target == databases ? result_.list.remove_database(*event.object)
                                  : result_.list.remove_pod(*event.object);
        break;
    }
    return synced_[databases] && synced_[pods] ? &result_ : nullptr;
  }

 private:
  enum Target : std::size_t { databases, pods };

  const ListRequest& request_;
  std::array<bool, 2> synced_{};
  ListResult result_{};
};

}  // namespace

ListResult list_databases(kube::Client& client, const ListRequest& request) {
  ListResult result;
  std::mutex mutex;
  const auto locked = [&](auto change) {
    const std::scoped_lock lock(mutex);
    change();
  };
  std::future<void> pods = std::async(std::launch::async, [&] {
    client.list(
        kube::resources::pods, request.ns, running_pods(),
        [&](Json&& pod) { locked([&] { result.list.add_pod(pod); }); },
        [&] { locked([&] { result.list.clear_pods(); }); });
  });
  client.list(
      kube::resources::mssqlservers, request.ns, {.label_selector = request.label_selector},
      [&](Json&& database) { locked([&] { result.list.add_database(database); }); },
      [&] { locked([&] { result.list.clear_databases(); }); });
  try {
    pods.get();
  } catch (const kube::ApiError& error) {
    if (is_interrupt(error)) throw;
    note_missing_pods(error, result);
  }
  return result;
}

void follow_databases(kube::Client& client, const ListRequest& request, platform::SteadyTime deadline,
                      const std::function<bool(const ListResult& result)>& on_list) {
  ListFollower follower(request);
  const ListResult* seen = nullptr;
  std::string cause;
  try {
    kube::Watcher watcher(client, follower.targets());
    while (const std::optional<kube::WatchEvent> event = watcher.next(deadline, client.stop())) {
      seen = follower.take(*event);
      if (seen != nullptr && !on_list(*seen)) return;
    }
  } catch (const kube::ApiError& error) {
    if (!ran_out_of_time(error, client, deadline)) throw;
    cause = error.info().cause;
  }
  throw_if_stopped(client);
  if (seen == nullptr) throw Error(ExitCode::timed_out, "timed out before the databases were listed", cause);
}

Json to_json(const ListResult& result) {
  Json json = Json::object();
  json["apiVersion"] = "kubectl-dba/v1";
  json["kind"] = "DatabaseList";
  json["items"] = result.list.items();
  json["partial"] = !result.errors.empty();
  json["errors"] = result.errors;
  return json;
}

}  // namespace dba::mssql
