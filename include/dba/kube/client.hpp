#pragma once
// The Kubernetes API as the rest of the house uses it: CRUD on JSON objects. Thread-safe; calls block and end early
// when the stop token is requested (Error interrupted).

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/api_error.hpp"
#include "dba/kube/config.hpp"
#include "dba/kube/credentials.hpp"
#include "dba/kube/resource.hpp"
#include "dba/kube/transport.hpp"
#include "dba/platform/clock.hpp"

namespace dba::kube {

inline constexpr std::string_view kFieldManager = "kubectl-dba";

/// "field=value" of a field selector, escaped. @source apimachinery fields.EscapeValue
std::string field_equals(std::string_view field, std::string_view value);

struct ListOptions {
  std::string label_selector{}, field_selector{};
  bool metadata_only = false;  ///< PartialObjectMetadataList: names, labels, time stamps.
  int chunk_size = 500;        ///< 0 = one piece.
};

enum class DryRun { none, server };

struct WriteOptions {
  DryRun dry_run = DryRun::none;
  std::string field_manager{kFieldManager};
  bool strict = true;   ///< fieldValidation=Strict
  bool look_up = true;  ///< An unanswered POST is looked up by name; not worth the time for what is only a mark.
};

enum class Change { created, configured, unchanged };
/// Whether the object before and after an apply is the same but for who owns which field. The status is not an apply's
/// to change: somebody else may have, meanwhile.
bool same_but_for_bookkeeping(const Json& before, const Json& after);

struct DeleteOptions {
  DryRun dry_run = DryRun::none;
  std::string uid{}, resource_version{};  ///< Preconditions; empty = none.
  std::optional<int> grace_seconds{};
  std::string propagation = "Background";
};

struct AccessCheck {
  std::string verb{}, group{}, resource{}, subresource{}, ns{}, name{};
};

struct ClientOptions {
  std::shared_ptr<Transport> transport{};
  std::shared_ptr<Credentials> credentials{};
  platform::Clock* clock = nullptr;
  std::stop_token stop{};
  std::function<void(std::string_view text)> on_warning{};  ///< Each distinct 299 text once. Called from any thread.
  std::function<void(std::string_view line)> trace{};       ///< -v 4 lines: retries, relists. Called from any thread.
};

class Client {
 public:
  Client(ClientConfig config, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const ClientConfig& config() const;   ///< What it was made with.
  platform::Clock& clock() const;       ///< The one that deadlines are of.
  const std::stop_token& stop() const;  ///< Requested: every call ends with Error (interrupted).
  /// Distinct warnings the server has sent so far; `--warnings-as-errors` makes a failure of them.
  int warning_count() const;
  /// No call lasts longer than this point of the client's clock, retries and their waiting included: it ends with
  /// ApiError timeout. Only the look-up after an unanswered write may take up to half a second more. A command sets it
  /// once from its --timeout. Absent (as at first) = only --request-timeout limits a call.
  void set_deadline(std::optional<platform::SteadyTime> deadline);

  /// @throws ApiError; not_found when the object is missing, api_missing when its whole resource is.
  Json get(const ResourceType& type, std::string_view ns, std::string_view name);
  /// Absent when the object is missing; every other failure throws (also api_missing).
  std::optional<Json> find(const ResourceType& type, std::string_view ns, std::string_view name);

  /// Hands over the items page by page without keeping them; fills in apiVersion and kind. A list whose continue token
  /// expires starts again as one unchunked list at the same call; `on_restart` tells the caller to forget its items.
  /// @param ns empty = all namespaces (or a cluster-scoped resource)
  /// @returns the list's resourceVersion.
  std::string list(const ResourceType& type, std::string_view ns, const ListOptions& options,
                   const std::function<void(Json&& item)>& on_item, const std::function<void()>& on_restart = {});
  /// The same, all items in memory.
  std::vector<Json> list(const ResourceType& type, std::string_view ns, const ListOptions& options = {});

  /// POST of an object with apiVersion, kind and metadata.name; without metadata.namespace it goes into config().ns.
  ///
  /// An answer that never came is looked up by name for up to 10 s. What is found counts as ours when it was created
  /// since this call began (by the server's own clock), by our field manager, with everything in it that we sent. What
  /// is older or somebody else's is ApiError already_exists. Not there for two seconds: it was not created, exit 1. In
  /// every other case the outcome is unknown: ApiError with exit 6 and the command to look with.
  Json create(const Json& object, const WriteOptions& options = {});

  struct ApplyResult;
  /// Server-side apply of a whole intent. `unchanged` when nothing in the object is different but who owns which field.
  /// An unanswered one is sent once more: applying twice is applying once.
  /// @throws ApiError apply_conflict naming managers and fields, unless `force_conflicts`.
  ApplyResult apply(const Json& object, bool force_conflicts, const WriteOptions& options = {});
  /// JSON merge patch (RFC 7386); put metadata.resourceVersion into it for optimistic locking. After an unanswered one
  /// the object is looked at: with everything the patch says in it, the patch counts as carried out.
  Json merge_patch(const ResourceType& type, std::string_view ns, std::string_view name, const Json& patch,
                   const WriteOptions& options = {}, std::string_view subresource = "");
  /// DELETE with preconditions. The answer: Status or the object with its deletionTimestamp. After an unanswered one
  /// the object is looked for: gone, another one of the name, or being deleted is success.
  Json remove(const ResourceType& type, std::string_view ns, std::string_view name, const DeleteOptions& options = {});

  /// SelfSubjectAccessReview; `reason` gets the server's words when not null.
  bool may(const AccessCheck& check, std::string* reason = nullptr);
  /// Whether the server serves this group and version (GET of its API document); unreachable throws.
  bool api_installed(std::string_view group, std::string_view version);
  /// The server's clock by the Date header of its answer to a small request, cut to whole seconds; absent without one.
  std::optional<WallTime> server_time();
  /// GET of a raw path such as "/version", as JSON.
  Json raw_get(std::string_view path);
  /// A request to a raw path that is no resource (the sandbox's control paths); `body` null = none.
  Json raw_send(std::string_view method, std::string_view path, const Json* body = nullptr);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct Client::ApplyResult {
  ApplyResult(Json object, Change change);
  ApplyResult(ApplyResult&&) noexcept;
  ~ApplyResult();
  const Json& object() const { return *object_; }
  Change change;

 private:
  std::unique_ptr<Json> object_;
};

}  // namespace dba::kube
