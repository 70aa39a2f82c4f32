#include "operator/runtime/store.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::sandbox::kubedb {

namespace {

std::string key_of(std::string_view ns, std::string_view name) { return fmt::format("{}/{}", ns, name); }

std::optional<std::uint64_t> version_number(const Json& object) {
  const std::string text = codec::resource_version_of(object);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// What was written by us is known before the watch tells what was there before.
bool is_older(const Json& object, const Json& known) {
  if (codec::uid_of(object) != codec::uid_of(known)) return false;
  const std::optional<std::uint64_t> now = version_number(object), before = version_number(known);
  return now && before && *now < *before;
}

/// Pods are many and Secrets are secret: only what the operator reads is kept.
Json trimmed(Kind kind, Json object) {
  object["metadata"].erase("managedFields");
  if (kind == Kind::pod) object.erase("spec");
  if (kind == Kind::secret && object.contains("data") && object["data"].is_object()) {
    for (auto& [key, value] : object["data"].items()) {
      if (key != "ca.crt" && key != "mssql.conf") value = nullptr;
    }
  }
  return object;
}

}  // namespace

struct Store::Collection {
  std::map<std::string, Json, std::less<>> objects{};
  bool listed = false;
  bool served = true;
};

Store::Store() : collections_(watched_kinds().size()) {}
Store::~Store() = default;

Store::Collection& Store::of(Kind kind) { return collections_[static_cast<std::size_t>(kind)]; }
const Store::Collection& Store::of(Kind kind) const { return collections_[static_cast<std::size_t>(kind)]; }

void Store::take(const kube::WatchEvent& event) {
  using EventKind = kube::WatchEvent::Kind;
  const Kind kind = watched_kinds()[event.target].kind;
  switch (event.kind) {
    case EventKind::added:
    case EventKind::modified:
      put(kind, *event.object);
      break;
    case EventKind::deleted: {
      const Json* known = find(kind, codec::namespace_of(*event.object), codec::name_of(*event.object));
      if (known != nullptr && codec::uid_of(*known) != codec::uid_of(*event.object)) break;
      forget(kind, codec::namespace_of(*event.object), codec::name_of(*event.object));
      break;
    }
    case EventKind::failed:
      of(kind).served = false;
      [[fallthrough]];
    case EventKind::synced:
      of(kind).listed = true;
      break;
  }
}

void Store::put(Kind kind, const Json& object) {
  const std::string key = key_of(codec::namespace_of(object), codec::name_of(object));
  auto& objects = of(kind).objects;
  const auto known = objects.find(key);
  if (known != objects.end() && is_older(object, known->second)) return;
  objects.insert_or_assign(key, trimmed(kind, object));
}

void Store::forget(Kind kind, std::string_view ns, std::string_view name) { of(kind).objects.erase(key_of(ns, name)); }

bool Store::synced() const {
  return std::all_of(collections_.begin(), collections_.end(), [](const Collection& each) { return each.listed; });
}

bool Store::served(Kind kind) const { return of(kind).served; }

const Json* Store::find(Kind kind, std::string_view ns, std::string_view name) const {
  const auto& objects = of(kind).objects;
  const auto found = objects.find(key_of(ns, name));
  return found == objects.end() ? nullptr : &found->second;
}

std::vector<const Json*> Store::list(Kind kind, std::string_view ns, std::string_view prefix) const {
  const auto& objects = of(kind).objects;
  const std::string start = key_of(ns, prefix);
  std::vector<const Json*> found;
  for (auto at = objects.lower_bound(start); at != objects.end() && at->first.starts_with(start); ++at) {
    found.push_back(&at->second);
  }
  return found;
}

}  // namespace dba::sandbox::kubedb
