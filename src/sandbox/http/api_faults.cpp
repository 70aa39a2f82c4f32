#include "http/api_faults.hpp"

namespace dba::sandbox::http {

namespace {

bool meant(const world::Fault& fault, std::string_view key, std::string_view value) {
  const auto found = fault.request.settings.find(key);
  return found == fault.request.settings.end() || found->second == value;
}

}  // namespace

std::optional<world::Fault> strikes(world::World& world, std::string_view fault, const Request& request,
                                    const Target* target) {
  const std::optional<world::Fault> active = world.faults.active(fault);
  if (!active || !meant(*active, "verb", verb_of(request, target))) return std::nullopt;
  if (!meant(*active, "resource", target == nullptr ? std::string_view() : std::string_view(target->type->plural))) {
    return std::nullopt;
  }
  return world.faults.strikes(fault);
}

}  // namespace dba::sandbox::http
