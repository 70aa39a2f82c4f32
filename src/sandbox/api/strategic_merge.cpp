#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/json_values.hpp"
#include "api/patches.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

struct MergeKey {
  std::string_view list, key, kind = "";  ///< `kind` empty: every kind without a row of its own.
};
/// @source patchMergeKey tags of k8s.io/api
constexpr std::array kMergeKeys{
    MergeKey{"ports", "port", "Service"},  MergeKey{"ports", "", "EndpointSlice"},
    MergeKey{"ports", "containerPort"},    MergeKey{"containers", "name"},
    MergeKey{"initContainers", "name"},    MergeKey{"ephemeralContainers", "name"},
    MergeKey{"volumes", "name"},           MergeKey{"env", "name"},
    MergeKey{"volumeMounts", "mountPath"}, MergeKey{"volumeDevices", "devicePath"},
    MergeKey{"imagePullSecrets", "name"},  MergeKey{"secrets", "name"},
    MergeKey{"hostAliases", "ip"},         MergeKey{"topologySpreadConstraints", "topologyKey"},
    MergeKey{"resourceClaims", "name"},    MergeKey{"schedulingGates", "name"},
    MergeKey{"conditions", "type"},        MergeKey{"podIPs", "ip"},
    MergeKey{"addresses", "type", "Node"}, MergeKey{"taints", "key", "Node"},
    MergeKey{"ownerReferences", "uid"},
};

constexpr std::string_view kOrderPrefix = "$setElementOrder/";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList/";

std::string_view merge_key(std::string_view kind, std::string_view list) {
  std::string_view general;
  for (const MergeKey& row : kMergeKeys) {
    if (row.list != list) continue;
    if (row.kind == kind) return row.key;
    if (row.kind.empty()) general = row.key;
  }
  return general;
}

std::string identity(const Json& item, std::string_view key) {
  if (key.empty()) return item.dump();
  const Json* value = member(item, key);
  return value == nullptr ? std::string() : value->dump();
}

using Identities = std::vector<std::string>;

Identities identities(const Json& list, std::string_view key) {
  Identities found;
  for (const Json& item : list) found.push_back(identity(item, key));
  return found;
}

std::ptrdiff_t place_in(const Identities& order, const std::string& one) {
  const auto found = std::find(order.begin(), order.end(), one);
  return found == order.end() ? -1 : found - order.begin();
}

void sort_by(std::vector<Json>& items, const Identities& order, std::string_view key) {
  std::stable_sort(items.begin(), items.end(), [&](const Json& a, const Json& b) {
    return place_in(order, identity(a, key)) < place_in(order, identity(b, key));
  });
}

/// Patched entries in the patch's order, the others in the server's; where both were on the server, its order decides.
Json interleaved(const Json& merged, const Identities& patch_order, const Identities& server_order,
                 std::string_view key) {
  std::vector<Json> patched, others;
  for (const Json& item : merged) {
    (place_in(patch_order, identity(item, key)) >= 0 ? patched : others).push_back(item);
  }
  sort_by(patched, patch_order, key);
  sort_by(others, server_order, key);
  Json result = Json::array();
  auto one = others.begin();
  auto two = patched.begin();
  while (one != others.end() || two != patched.end()) {
    bool take_other = two == patched.end();
    if (one != others.end() && two != patched.end()) {
      const std::ptrdiff_t left = place_in(server_order, identity(*one, key));
      const std::ptrdiff_t right = place_in(server_order, identity(*two, key));
      take_other = left >= 0 && right >= 0 && left < right;
    }
    result.push_back(take_other ? *one++ : *two++);
  }
  return result;
}

class StrategicMerge {
 public:
  explicit StrategicMerge(std::string_view kind) : kind_(kind) {}

  Json objects(Json object, const Json& patch) const {
    const std::string directive = codec::string_at(patch, {"$patch"});
    if (directive == "delete") return Json::object();
    if (directive == "replace") object = Json::object();
    if (const Json* kept = member(patch, "$retainKeys"); kept != nullptr) retain(object, *kept);
    for (const auto& [key, value] : patch.items()) {
      if (key.empty() || key.front() != '$') member_merge(object, key, value, patch);
    }
    for (const auto& [key, value] : patch.items()) {
      if (key.starts_with(kDeletePrefix)) delete_from(object, key.substr(kDeletePrefix.size()), value);
    }
    return object;
  }

 private:
  static void retain(Json& object, const Json& kept) {
    for (auto at = object.begin(); at != object.end();) {
      const bool stays = std::find(kept.begin(), kept.end(), Json(at.key())) != kept.end();
      at = stays ? std::next(at) : object.erase(at);
    }
  }

  static void delete_from(Json& object, const std::string& list, const Json& gone) {
    Json* items = member(object, list);
    if (items == nullptr || !items->is_array()) return;
    for (auto at = items->begin(); at != items->end();) {
      const bool goes = std::find(gone.begin(), gone.end(), *at) != gone.end();
      at = goes ? items->erase(at) : std::next(at);
    }
  }

  void member_merge(Json& object, const std::string& key, const Json& value, const Json& patch) const {
    if (value.is_null()) {
      erase_member(object, key);
      return;
    }
    Json* old = member(object, key);
    if (value.is_object()) {
      object[key] = objects(old != nullptr && old->is_object() ? *old : Json::object(), value);
    } else if (value.is_array() && (!merge_key(kind_, key).empty() || key == "finalizers")) {
      const Json* order = member(patch, std::string(kOrderPrefix) + key);
      object[key] = lists(old != nullptr && old->is_array() ? *old : Json::array(), value, key, order);
    } else {
      object[key] = value;
    }
  }

  Json lists(const Json& live, const Json& patch, const std::string& name, const Json* order) const {
    const std::string_view key = merge_key(kind_, name);
    Json merged = live;
    Identities touched;
    for (const Json& item : patch) {
      const std::string directive = codec::string_at(item, {"$patch"});
      if (directive == "replace" && item.size() == 1) return replacement(patch);
      apply_item(merged, item, key, directive);
      touched.push_back(identity(item, key));
    }
    return interleaved(merged, order == nullptr ? touched : identities(*order, key), identities(live, key), key);
  }

  static Json replacement(const Json& patch) {
    Json items = Json::array();
    for (const Json& item : patch) {
      if (member(item, "$patch") == nullptr) items.push_back(item);
    }
    return items;
  }

  void apply_item(Json& merged, const Json& item, std::string_view key, const std::string& directive) const {
    const std::string wanted = identity(item, key);
    if (!key.empty() && wanted.empty()) {
      throw bad_request("map: " + item.dump() + " does not contain declared merge key: " + std::string(key));
    }
    const auto found =
        std::find_if(merged.begin(), merged.end(), [&](const Json& one) { return identity(one, key) == wanted; });
    if (directive == "delete") {
      if (found != merged.end()) merged.erase(found);
    } else if (found == merged.end()) {
      merged.push_back(item.is_object() ? objects(Json::object(), item) : item);
    } else if (item.is_object()) {
      *found = objects(*found, item);
    }
  }

  std::string_view kind_;
};

}  // namespace

Json strategic_merge_patched(const Json& object, const Json& patch, const Resource& type) {
  if (!patch.is_object()) {
    throw bad_request(
        "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
  }
  return StrategicMerge(type.kind).objects(object, patch);
}

}  // namespace dba::sandbox::api
