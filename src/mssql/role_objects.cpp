#include "role_objects.hpp"

#include <future>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"
#include "dba/mssql/names.hpp"

#include "find_database.hpp"

namespace dba::mssql {

std::string slices_problem(const Error& error) {
  return fmt::format("EndpointSlices could not be read: {}", why(error));
}

RoleObjects::RoleObjects() : database(std::make_unique<Json>()) {}
RoleObjects::RoleObjects(RoleObjects&&) noexcept = default;
RoleObjects::~RoleObjects() = default;

RoleSources RoleObjects::sources() const {
  RoleSources sources{.database = database.get(), .pods = &pods};
  if (slices_error.empty()) {
    sources.endpoint_slices = &slices;
  } else {
    sources.errors.push_back(slices_error);
  }
  return sources;
}

RoleObjects read_role_objects(kube::Client& client, std::string_view ns, std::string_view name) {
  auto pods = std::async(std::launch::async, [&] {
    return client.list(kube::resources::pods, ns, kube::ListOptions{.label_selector = pod_selector(name)});
  });
  auto slices = std::async(std::launch::async, [&] {
    return client.list(kube::resources::endpointslices, ns,
                       kube::ListOptions{.label_selector = endpoint_slice_selector(name)});
  });
  RoleObjects objects;
  *objects.database = get_database(client, ns, name);
  objects.pods = pods.get();
  try {
    objects.slices = slices.get();
  } catch (const kube::ApiError& error) {
    if (is_interrupt(error)) throw;
    objects.slices_error = slices_problem(error);
  }
  return objects;
}

}  // namespace dba::mssql
