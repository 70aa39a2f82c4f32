#include "dba/mssql/roles_service.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/kube/watch.hpp"
#include "dba/mssql/names.hpp"

#include "find_database.hpp"
#include "follow_object.hpp"
#include "role_objects.hpp"
#include "sql_role_poll.hpp"

namespace dba::mssql {

namespace {

/// How soon after a server's answer it is looked at.
constexpr auto kTick = std::chrono::milliseconds(200);

/// The three collections as a watch shows them, and what was last told about them.
class RoleFollower {
 public:
  RoleFollower(kube::Client& client, std::string_view ns, std::string_view name, const SqlQuestion& sql)
      : client_(client), ns_(ns), name_(name), sql_(client, sql) {}

  void run(const std::function<bool(const RoleReport& report)>& on_report) {
    // A watch would go on trying; whoever starts one wants to hear at once that there is nothing to follow.
    get_database(client_, ns_, name_);
    kube::Watcher watcher(client_, targets());
    while (!client_.stop().stop_requested()) {
      std::optional<kube::WatchEvent> event = watcher.next(next_look(), client_.stop());
      if (event) take(*event);
      if (!event && rounds_told_ == sql_.rounds()) continue;
      if (std::find(synced_.begin(), synced_.end(), false) != synced_.end()) continue;
      if (!exists_) throw gone();
      if (!tell(on_report)) return;
    }
    throw_if_stopped(client_);
  }

 private:
  enum Target : std::size_t { database, pods, slices };

  std::vector<kube::WatchTarget> targets() const {
    std::vector<kube::WatchTarget> all(3);
    all[database] = {.type = &kube::resources::mssqlservers, .ns = ns_};
    all[database].options.field_selector = kube::field_equals("metadata.name", name_);
    all[pods] = {.type = &kube::resources::pods, .ns = ns_};
    all[pods].options.label_selector = pod_selector(name_);
    all[slices] = {.type = &kube::resources::endpointslices, .ns = ns_};
    all[slices].options.label_selector = endpoint_slice_selector(name_);
    for (kube::WatchTarget& target : all) target.first_list_tries = kFirstListTries;
    return all;
  }

  /// Servers answer beside the watch, which therefore is left from time to time.
  platform::SteadyTime next_look() const {
    return sql_.enabled() ? client_.clock().steady_now() + kTick : platform::SteadyTime::max();
  }

  void take(kube::WatchEvent& event) {
    using Kind = kube::WatchEvent::Kind;
    if (event.kind == Kind::failed) {
      if (event.target != slices) throw kube::ApiError(*event.error);
      objects_.slices_error = slices_problem(*event.error);
    }
    if (event.kind == Kind::failed || event.kind == Kind::synced) {
      synced_.at(event.target) = true;
      return;
    }
    if (event.target != database) return take_change(event.target == pods ? objects_.pods : objects_.slices, event);
    exists_ = event.kind != Kind::deleted;
    if (exists_) *objects_.database = std::move(*event.object);
  }

  /// Hands a report over when it says something new; false when the listener has enough.
  bool tell(const std::function<bool(const RoleReport& report)>& on_report) {
    memory_.observe(objects_.pods, client_.clock().wall_now());
    RoleSources sources = objects_.sources();
    sources.memory = &memory_;
    RoleReport report = build_role_report(sources);
    std::optional<RoleAnswers> answers;
    if (sql_.enabled()) {
      sources.sql_asked = true;
      sql_.ask(*objects_.database, sql_pods(report));
      rounds_told_ = sql_.rounds();
      answers = sql_.answers();
      if (answers) sources.sql = &*answers;
      if (!sql_.problem().empty()) sources.errors.push_back(sql_.problem());
      report = build_role_report(sources);
    }
    Json seen = to_json(report);
    if (last_ && *last_ == seen) return true;
    last_ = std::move(seen);
    return on_report(report);
  }

  Error gone() const {
    if (!last_) return no_such_database(client_, ns_, name_);
    return Error({.code = ExitCode::denied,
                  .message = fmt::format("database \"{}\" was deleted while it was followed", name_),
                  .reason = "Deleted"});
  }

  kube::Client& client_;
  std::string ns_, name_;
  std::array<bool, 3> synced_{};
  RoleObjects objects_{};
  bool exists_ = false;
  RoleMemory memory_{};
  SqlRolePoll sql_;
  std::uint64_t rounds_told_ = 0;
  std::optional<Json> last_{};
};

}  // namespace

platform::SteadyTime SqlQuestion::deadline(platform::SteadyTime now) const {
  return until ? *until : now + std::chrono::duration_cast<platform::SteadyTime::duration>(timeout);
}

RoleReport read_roles(kube::Client& client, std::string_view ns, std::string_view name, const SqlQuestion& sql) {
  const RoleObjects objects = read_role_objects(client, ns, name);
  RoleSources sources = objects.sources();
  RoleReport report = build_role_report(sources);
  if (!sql.open) return report;
  sources.sql_asked = true;
  RoleAnswers answers;
  try {
    const std::unique_ptr<PodSql> servers = sql.open(*objects.database);
    ReplicaAsker asker(*servers, client.clock(), client.stop());
    answers = asker.ask_roles(sql_pods(report), sql.deadline(client.clock().steady_now()));
    sources.sql = &answers;
  } catch (const Error& error) {
    if (is_interrupt(error)) throw;
    sources.errors.push_back(sql_problem(error));
  }
  return build_role_report(sources);
}

void follow_roles(kube::Client& client, std::string_view ns, std::string_view name,
                  const std::function<bool(const RoleReport& report)>& on_report, const SqlQuestion& sql) {
  RoleFollower(client, ns, name, sql).run(on_report);
}

}  // namespace dba::mssql
