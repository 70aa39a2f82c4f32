#include "operator/runtime/store.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

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

/// An object as it is kept.
class Packed {
 public:
  Packed(Kind kind, const Json& object) : uid_(codec::uid_of(object)), version_(version_number(object)) {
    Json::to_cbor(trimmed(kind, object), bytes_);
    bytes_.shrink_to_fit();
  }
  Json unpacked() const { return Json::from_cbor(bytes_); }
  bool is_same(const Json& object) const { return uid_ == codec::uid_of(object); }
  /// What was written by us is known before the watch tells what was there before.
  bool is_newer_than(const Json& object) const {
    const std::optional<std::uint64_t> other = version_number(object);
    return is_same(object) && other && version_ && *other < *version_;
  }

 private:
  std::string uid_, bytes_{};
  std::optional<std::uint64_t> version_;
};

}  // namespace

struct Store::Collection {
  std::map<std::string, Packed, std::less<>> objects{};
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
    case EventKind::deleted:
      drop(kind, *event.object);
      break;
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
  if (known != objects.end() && known->second.is_newer_than(object)) return;
  objects.insert_or_assign(key, Packed(kind, object));
}

/// Not the one that has taken its place.
void Store::drop(Kind kind, const Json& object) {
  auto& objects = of(kind).objects;
  const auto known = objects.find(key_of(codec::namespace_of(object), codec::name_of(object)));
  if (known != objects.end() && known->second.is_same(object)) objects.erase(known);
}

bool Store::synced() const {
  return std::all_of(collections_.begin(), collections_.end(), [](const Collection& each) { return each.listed; });
}

bool Store::served(Kind kind) const { return of(kind).served; }

bool Store::has(Kind kind, std::string_view ns, std::string_view name) const {
  return of(kind).objects.contains(key_of(ns, name));
}

std::optional<Json> Store::find(Kind kind, std::string_view ns, std::string_view name) const {
  const auto& objects = of(kind).objects;
  const auto found = objects.find(key_of(ns, name));
  return found == objects.end() ? std::nullopt : std::optional(found->second.unpacked());
}

std::vector<Json> Store::list(Kind kind, std::string_view ns, std::string_view prefix) const {
  const auto& objects = of(kind).objects;
  const std::string start = key_of(ns, prefix);
  std::vector<Json> found;
  for (auto at = objects.lower_bound(start); at != objects.end() && at->first.starts_with(start); ++at) {
    found.push_back(at->second.unpacked());
  }
  return found;
}

}  // namespace dba::sandbox::kubedb
