#include "cluster/disruption_scale.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/context.hpp"

namespace dba::sandbox::cluster {

namespace {

const Json* controller_of(const Json& object) {
  const Json* const owners = codec::find_at(object, {"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array()) return nullptr;
  const auto found =
      std::find_if(owners->begin(), owners->end(), [](const Json& one) { return codec::bool_at(one, {"controller"}); });
  return found == owners->end() ? nullptr : &*found;
}

/// What a controllerRef names; null when it is not there any more. @throws UnknownScale for what cannot be scaled
api::Object find_owner(const api::Api& api, const std::string& ns, const Json& reference) {
  const api::Resource* const type =
      api::find_kind(codec::string_at(reference, {"apiVersion"}), codec::string_at(reference, {"kind"}));
  if (type == nullptr) return nullptr;
  if (!type->has_subresource("scale")) {
    throw UnknownScale(fmt::format("{} does not implement the scale subresource", type->qualified()));
  }
  const api::Object owner = api.find(*type, type->namespaced ? ns : "", codec::string_at(reference, {"name"}));
  return owner && codec::uid_of(*owner) == codec::string_at(reference, {"uid"}) ? owner : nullptr;
}

/// A ReplicaSet of a Deployment wants what that wants.
api::Object topmost(const api::Api& api, const std::string& ns, api::Object owner) {
  if (!owner || codec::string_at(*owner, {"kind"}) != "ReplicaSet") return owner;
  const Json* const above = controller_of(*owner);
  return above == nullptr || codec::string_at(*above, {"kind"}) != "Deployment" ? owner : find_owner(api, ns, *above);
}

std::int64_t wanted_by_owners(const api::Api& api, const std::vector<api::Object>& pods) {
  std::int64_t wanted = 0;
  std::set<std::string> counted;
  for (const api::Object& pod : pods) {
    const Json* const reference = controller_of(*pod);
    if (reference == nullptr || !counted.insert(codec::string_at(*reference, {"uid"})).second) continue;
    const std::string ns = codec::namespace_of(*pod);
    const api::Object owner = topmost(api, ns, find_owner(api, ns, *reference));
    if (!owner) throw UnknownScale(fmt::format("found no controllers for pod \"{}\"", codec::name_of(*pod)));
    if (counted.insert("top " + codec::uid_of(*owner)).second) {
      wanted += codec::int_at(*owner, {"spec", "replicas"}).value_or(0);
    }
  }
  return wanted;
}

/// The number N of "N%".
std::optional<std::int64_t> percentage(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && *end == '%' ? std::optional(number) : std::nullopt;
}

/// A number, or a share of `whole`, rounded up.
std::int64_t resolve(const Json& value, std::int64_t whole) {
  if (const auto percent = percentage(value)) return (whole * *percent + 99) / 100;
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

}  // namespace

BudgetScale scale_of(const api::Api& api, const Json& budget, const std::vector<api::Object>& pods) {
  if (const Json* const most = codec::find_at(budget, {"spec", "maxUnavailable"})) {
    const std::int64_t expected = wanted_by_owners(api, pods);
    return {expected, std::max<std::int64_t>(expected - resolve(*most, expected), 0)};
  }
  const Json* const least = codec::find_at(budget, {"spec", "minAvailable"});
  if (least == nullptr) return {};
  const bool share = percentage(*least).has_value();
  const std::int64_t expected = share ? wanted_by_owners(api, pods) : static_cast<std::int64_t>(pods.size());
  return {expected, resolve(*least, expected)};
}

}  // namespace dba::sandbox::cluster
