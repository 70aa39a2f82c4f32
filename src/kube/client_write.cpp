#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "answers.hpp"
#include "api_error_kinds.hpp"
#include "client_impl.hpp"
#include "unanswered.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";  // JSON is YAML

Query write_query(const WriteOptions& options) {
  Query query;
  query.set("fieldManager", options.field_manager);
  if (options.strict) query.set("fieldValidation", "Strict");
  if (options.dry_run == DryRun::server) query.set("dryRun", "All");
  return query;
}

Operation operation_on(std::string_view verb, const Address& address, DryRun dry_run) {
  return {.verb = std::string(verb),
          .resource = address.type->qualified(),
          .ns = address.ns,
          .name = address.name,
          .changes_nothing = dry_run == DryRun::server};
}

Json delete_options(const DeleteOptions& options) {
  Json body = Json::object();
  body["apiVersion"] = "v1";
  body["kind"] = "DeleteOptions";
  body["propagationPolicy"] = options.propagation;
  if (options.grace_seconds) body["gracePeriodSeconds"] = *options.grace_seconds;
  if (!options.uid.empty()) body["preconditions"]["uid"] = options.uid;
  if (!options.resource_version.empty()) body["preconditions"]["resourceVersion"] = options.resource_version;
  if (options.dry_run == DryRun::server) body["dryRun"] = Json::array({"All"});
  return body;
}

/// The answer to a DELETE that we had to find out ourselves.
Json deleted_status(const Operation& operation) {
  Json status = Json::object();
  status["kind"] = "Status";
  status["apiVersion"] = "v1";
  status["status"] = "Success";
  status["details"]["name"] = operation.name;
  return status;
}

/// What an apply leaves alone when it changes nothing but who owns which field.
Json without_bookkeeping(Json object) {
  object.erase("status");
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return object;
  for (const char* field : {"managedFields", "resourceVersion", "generation"}) metadata->erase(field);
  return object;
}

/// The object before an apply.
struct Before {
  bool known = true;  ///< False when it may not be read.
  std::optional<Json> object{};
};

Change change_since(const Before& before, const Response& response, const Json& after) {
  if (response.status == 201) return Change::created;
  if (!before.known) return Change::configured;
  if (!before.object) return Change::created;
  return same_but_for_bookkeeping(*before.object, after) ? Change::unchanged : Change::configured;
}

Before look_before_apply(Client& client, const Address& address) {
  try {
    return {.object = client.find(*address.type, address.ns, address.name)};
  } catch (const ApiError& error) {
    if (error.kind() != ApiError::Kind::forbidden) throw;
    return {.known = false};
  }
}

}  // namespace

bool same_but_for_bookkeeping(const Json& before, const Json& after) {
  return codec::same_value(without_bookkeeping(before), without_bookkeeping(after));
}

Address Client::Impl::address_of(const Json& object) const {
  const std::string api_version = codec::string_at(object, {"apiVersion"});
  const std::string kind = codec::string_at(object, {"kind"});
  const ResourceType* type = find_resource(api_version, kind);
  if (type == nullptr) {
    throw usage_error(fmt::format("no matches for kind \"{}\" in version \"{}\" among the kinds this program writes",
                                  kind, api_version));
  }
  Address address{.type = type, .ns = {}, .name = codec::name_of(object)};
  if (type->namespaced) {
    address.ns = codec::namespace_of(object);
    if (address.ns.empty()) address.ns = config.ns;
    if (address.ns.empty()) throw usage_error("an empty namespace may not be set during creation");
  }
  return address;
}

Json Client::create(const Json& object, const WriteOptions& options) {
  const Address address = impl_->address_of(object);
  const Operation operation = operation_on("create", address, options.dry_run);
  UnansweredWrite write(*impl_, address, operation);
  const auto settle = [&](const ApiError& failure) {
    if (address.name.empty() || !options.look_up) throw failure;  // a generated name: nothing to look for
    const std::optional<Json> found = write.settle(failure, [&](const std::optional<Json>& seen, WallTime began) {
      return seen ? judge_created(*seen, object, options.field_manager, began) : Fate::not_yet;
    });
    return found.value();
  };
  try {
    const HttpRequest request =
        impl_->request_with_body("POST", address.type->path(address.ns), write_query(options), kJson, object);
    const Response response = impl_->exchange(request, operation, impl_->call());
    if (response.status >= 200 && response.status < 300) return read_object(response, operation, *address.type);
    const ApiError error = impl_->error_of(response, operation);
    // An earlier attempt of this very call may have made the object that is now in the way.
    const bool by_ourselves = error.kind() == ApiError::Kind::already_exists && response.attempts > 1;
    if (by_ourselves && !operation.changes_nothing) return settle(error);
    throw error;
  } catch (const ApiError& error) {
    if (!error.outcome_unknown()) throw;
    return settle(error);
  }
}

Client::ApplyResult Client::apply(const Json& object, bool force_conflicts, const WriteOptions& options) {
  const Address address = impl_->address_of(object);
  const Operation operation = operation_on("patch", address, options.dry_run);
  const std::string path = object_path(*address.type, address.ns, address.name);
  const Before before = look_before_apply(*this, address);
  Json intent = object;
  if (const auto metadata = intent.find("metadata"); metadata != intent.end() && metadata->is_object()) {
    metadata->erase("managedFields");
  }
  Query query = write_query(options);
  query.set("force", force_conflicts ? "true" : "false");
  const HttpRequest request = impl_->request_with_body("PATCH", path, std::move(query), kApplyPatch, intent);
  const auto send = [&](const Call& call) {
    const Response response = impl_->expect_success(request, operation, call);
    Json after = read_object(response, operation, *address.type);
    const Change change = change_since(before, response, after);
    return ApplyResult(std::move(after), change);
  };
  const UnansweredWrite write(*impl_, address, operation);
  try {
    return send(impl_->call());
  } catch (const ApiError& error) {
    if (!error.outcome_unknown()) throw;
  }
  impl_->trace("No answer to the apply, sending it again");
  return send(write.remaining());
}

Json Client::merge_patch(const ResourceType& type, std::string_view ns, std::string_view name, const Json& patch,
                         const WriteOptions& options, std::string_view subresource) {
  const Address address{.type = &type, .ns = std::string(ns), .name = std::string(name)};
  const Operation operation = operation_on("patch", address, options.dry_run);
  UnansweredWrite write(*impl_, address, operation);
  try {
    const HttpRequest request = impl_->request_with_body("PATCH", object_path(type, ns, name, subresource),
                                                         write_query(options), kMergePatch, patch);
    return read_object(impl_->expect_success(request, operation, impl_->call()), operation, type);
  } catch (const ApiError& error) {
    if (!error.outcome_unknown()) throw;
    const std::optional<Json> found = write.settle(error, [&](const std::optional<Json>& seen, WallTime) {
      return seen ? judge_patched(*seen, patch) : Fate::not_yet;
    });
    return found.value();
  }
}

Json Client::remove(const ResourceType& type, std::string_view ns, std::string_view name,
                    const DeleteOptions& options) {
  const Address address{.type = &type, .ns = std::string(ns), .name = std::string(name)};
  const Operation operation = operation_on("delete", address, options.dry_run);
  UnansweredWrite write(*impl_, address, operation);
  try {
    const HttpRequest request =
        impl_->request_with_body("DELETE", object_path(type, ns, name), {}, kJson, delete_options(options));
    const Response response = impl_->exchange(request, operation, impl_->call());
    if (response.status >= 200 && response.status < 300) return read_deletion(response, operation, type);
    const ApiError error = impl_->error_of(response, operation);
    // Gone by an earlier attempt of this very call.
    if (error.kind() == ApiError::Kind::not_found && response.attempts > 1) return deleted_status(operation);
    throw error;
  } catch (const ApiError& error) {
    if (!error.outcome_unknown()) throw;
    std::optional<Json> found = write.settle(error, [&](const std::optional<Json>& seen, WallTime began) {
      return seen ? judge_removed(*seen, options.uid, began) : Fate::carried_out;
    });
    const bool going = found && codec::find_at(*found, {"metadata", "deletionTimestamp"}) != nullptr;
    return going ? *std::move(found) : deleted_status(operation);
  }
}

Client::ApplyResult::ApplyResult(Json object_in, Change change_in)
    : change(change_in), object_(std::make_unique<Json>(std::move(object_in))) {}
Client::ApplyResult::ApplyResult(ApplyResult&&) noexcept = default;
Client::ApplyResult::~ApplyResult() = default;

Json Client::raw_send(std::string_view method, std::string_view path, const Json* body) {
  const Operation operation{.verb = to_lower(method), .resource = std::string(path)};
  const HttpRequest request = body == nullptr
                                  ? impl_->request(std::string(method), std::string(path), {})
                                  : impl_->request_with_body(std::string(method), std::string(path), {}, kJson, *body);
  const Response response = impl_->expect_success(request, operation, impl_->call());
  return read_answer(response, operation);
}

}  // namespace dba::kube
