#include "dba/mssql/list_service.hpp"

#include <future>
#include <mutex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
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
    result.list.pods_unknown();
    result.errors.push_back(fmt::format("pods could not be listed: {}", why(error)));
  }
  return result;
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
