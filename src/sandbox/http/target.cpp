#include "http/target.hpp"

#include <span>

namespace dba::sandbox::http {

namespace {

/// What follows the resource: nothing, a name, or a name and a subresource.
bool take_rest(Target& target, std::span<const std::string> rest) {
  if (rest.size() > 2) return false;
  if (!rest.empty()) target.name = rest[0];
  if (rest.size() < 2) return true;
  target.subresource = rest[1];
  return true;
}

}  // namespace

std::optional<Target> find_target(const std::vector<std::string>& segments) {
  const bool core = !segments.empty() && segments[0] == "api";
  const std::size_t prefix = core ? 2 : 3;
  if (segments.size() <= prefix || (!core && segments[0] != "apis")) return std::nullopt;
  const std::string group = core ? "" : segments[1];
  const std::string& version = segments[prefix - 1];
  std::span<const std::string> rest = std::span(segments).subspan(prefix);

  Target target;
  if (rest.size() >= 3 && rest[0] == "namespaces") {
    target.type = api::find_resource(group, version, rest[2]);
    if (target.type != nullptr && target.type->namespaced) {
      target.ns = rest[1];
      if (take_rest(target, rest.subspan(3))) return target;
      return std::nullopt;
    }
  }
  target.type = api::find_resource(group, version, rest[0]);
  if (target.type == nullptr || !take_rest(target, rest.subspan(1))) return std::nullopt;
  // A namespaced object has no path outside its namespace; only its collection has.
  if (target.type->namespaced && !target.name.empty()) return std::nullopt;
  return target;
}

std::string verb_of(const Request& request, const Target* target) {
  const bool single = target != nullptr && !target->name.empty();
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return single ? "delete" : "deletecollection";
  if (single || target == nullptr) return "get";
  return request.query.flag("watch") ? "watch" : "list";
}

}  // namespace dba::sandbox::http
