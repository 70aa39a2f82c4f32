#include "operator/runtime/writer.hpp"

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/kube/api_error.hpp"

#include "operator/json_edit.hpp"

namespace dba::sandbox::kubedb {

namespace {

constexpr std::string_view kManager = "kubedb-operator";

/// As controllers write: without strict validation, and without looking for an answer that got lost, since the next
/// round sees what is there.
kube::WriteOptions write_options() {
  return {.field_manager = std::string(kManager), .strict = false, .look_up = false};
}

Kind kind_of(const Json& object) {
  return kubedb::kind_of(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
}

bool known_to_client(const kube::ResourceType& type) {
  return kube::find_resource(type.api_version(), type.kind) != nullptr;
}

}  // namespace

Writer::Writer(kube::Client& client, Store& store, std::uint64_t seed)
    : client_(client), store_(store), event_names_(seed, "operator events") {}

Writer::Change Writer::create(Kind kind, const Json& wanted) {
  const kube::ResourceType& type = type_of(kind);
  try {
    if (known_to_client(type)) {
      store_.put(kind, client_.create(wanted, write_options()));
    } else {
      const std::string path = type.path(codec::namespace_of(wanted)) + fmt::format("?fieldManager={}", kManager);
      store_.put(kind, client_.raw_send("POST", path, &wanted));
    }
    return Change::created;
  } catch (const kube::ApiError& error) {
    if (error.kind() == kube::ApiError::Kind::already_exists) return Change::none;
    throw;
  }
}

Writer::Change Writer::ensure_exists(const Json& wanted) {
  const Kind kind = kind_of(wanted);
  if (!store_.served(kind)) return Change::none;
  if (store_.has(kind, codec::namespace_of(wanted), codec::name_of(wanted))) return Change::none;
  return create(kind, wanted);
}

Writer::Change Writer::ensure(const Json& wanted) {
  const Kind kind = kind_of(wanted);
  if (!store_.served(kind)) return Change::none;
  const std::optional<Json> known = store_.find(kind, codec::namespace_of(wanted), codec::name_of(wanted));
  if (!known) return create(kind, wanted);
  if (holds(*known, wanted) || codec::find_at(*known, {"metadata", "deletionTimestamp"}) != nullptr) {
    return Change::none;
  }
  Json change = wanted;
  change.erase("apiVersion");
  change.erase("kind");
  patch(kind, wanted, change);
  return Change::changed;
}

Json Writer::patch(Kind kind, const Json& object, const Json& change, std::string_view subresource) {
  Json after = client_.merge_patch(type_of(kind), codec::namespace_of(object), codec::name_of(object), change,
                                   write_options(), subresource);
  store_.put(kind, after);
  return after;
}

bool Writer::remove(Kind kind, const Json& object) {
  try {
    client_.remove(type_of(kind), codec::namespace_of(object), codec::name_of(object), {.uid = codec::uid_of(object)});
    return true;
  } catch (const kube::ApiError& error) {
    using ErrorKind = kube::ApiError::Kind;
    if (error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::conflict) return false;
    throw;
  }
}

void Writer::event(const Json& about, std::string_view type, std::string_view reason, std::string_view message,
                   std::string_view component) {
  const std::string now = format_rfc3339(client_.clock().wall_now());
  Json event = Json::object({{"apiVersion", "v1"}, {"kind", "Event"}});
  event["metadata"] = Json::object({{"name", fmt::format("{}.{:016x}", codec::name_of(about), event_names_.next())},
                                    {"namespace", codec::namespace_of(about)}});
  event["involvedObject"] = Json::object({{"apiVersion", codec::string_at(about, {"apiVersion"})},
                                          {"kind", codec::string_at(about, {"kind"})},
                                          {"name", codec::name_of(about)},
                                          {"namespace", codec::namespace_of(about)},
                                          {"resourceVersion", codec::resource_version_of(about)},
                                          {"uid", codec::uid_of(about)}});
  event["reason"] = reason;
  event["message"] = message;
  event["type"] = type;
  event["source"]["component"] = component;
  event["reportingComponent"] = component;
  event["reportingInstance"] = "";
  event["count"] = 1;
  event["firstTimestamp"] = now;
  event["lastTimestamp"] = now;
  try {
    client_.create(event, write_options());
  } catch (const kube::ApiError&) {
    // Only a mark.
  }
}

}  // namespace dba::sandbox::kubedb
