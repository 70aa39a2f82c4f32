#include "follow_object.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace dba::mssql {

bool follow_object(kube::Client& client, const kube::ResourceType& type, std::string_view ns, std::string_view name,
                   platform::SteadyTime deadline, const std::function<Follow(const Json* object)>& on_state) {
  using Kind = kube::WatchEvent::Kind;
  kube::WatchTarget target{.type = &type, .ns = std::string(type.namespaced ? ns : "")};
  target.options.field_selector = kube::field_equals("metadata.name", name);
  kube::Watcher watcher(client, {std::move(target)});
  kube::WatchEvent newest;
  bool synced = false;
  while (std::optional<kube::WatchEvent> event = watcher.next(deadline, client.stop())) {
    if (event->kind == Kind::failed) throw kube::ApiError(*event->error);
    if (event->kind == Kind::synced) {
      synced = true;
    } else {
      newest = std::move(*event);
    }
    if (!synced) continue;
    const bool there = newest.object != nullptr && newest.kind != Kind::deleted;
    if (on_state(there ? newest.object.get() : nullptr) == Follow::done) return true;
  }
  throw_if_stopped(client);
  return false;
}

void take_change(std::vector<Json>& objects, kube::WatchEvent& event) {
  const std::string name = codec::name_of(*event.object);
  std::erase_if(objects, [&name](const Json& object) { return codec::name_of(object) == name; });
  if (event.kind != kube::WatchEvent::Kind::deleted) objects.push_back(std::move(*event.object));
}

void throw_if_stopped(const kube::Client& client) {
  if (client.stop().stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
}

bool ran_out_of_time(const kube::ApiError& error, const kube::Client& client, platform::SteadyTime deadline) {
  // The last call is given what is left, in whole milliseconds.
  constexpr auto kRounding = std::chrono::milliseconds(5);
  return error.kind() == kube::ApiError::Kind::timeout && client.clock().steady_now() + kRounding >= deadline;
}

}  // namespace dba::mssql
