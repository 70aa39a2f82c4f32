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

struct ListOptions {
  std::string label_selector{}, field_selector{};
  bool metadata_only = false;  ///< PartialObjectMetadataList: names, labels, time stamps.
  int chunk_size = 500;        ///< 0 = one piece.
};

enum class DryRun { none, server };

struct WriteOptions {
  DryRun dry_run = DryRun::none;
  std::string field_manager{kFieldManager};
  bool strict = true;  ///< fieldValidation=Strict
};

enum class Change { created, configured, unchanged };

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
  std::function<void(std::string_view text)> on_warning{};  ///< Each distinct 299 text, once per process.
  std::function<void(std::string_view line)> trace{};       ///< -v 4 lines: retries, relists.
};

class Client {
 public:
  Client(ClientConfig config, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const ClientConfig& config() const;
  platform::Clock& clock() const;
  const std::stop_token& stop() const;
  int warning_count() const;

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
  std::vector<Json> list(const ResourceType& type, std::string_view ns, const ListOptions& options = {});

  /// POST. An answer that never came is looked up by name: found with our mark → success; still unknown → Error 6.
  /// @effects stamps nothing on the object beyond what is given.
  Json create(const Json& object, const WriteOptions& options = {});

  struct ApplyResult;
  /// Server-side apply of a whole intent. `unchanged` when the resourceVersion did not move.
  /// @throws ApiError apply_conflict naming managers and fields, unless `force_conflicts`.
  ApplyResult apply(const Json& object, bool force_conflicts, const WriteOptions& options = {});
  /// JSON merge patch (RFC 7386); put metadata.resourceVersion into it for optimistic locking.
  Json merge_patch(const ResourceType& type, std::string_view ns, std::string_view name, const Json& patch,
                   const WriteOptions& options = {}, std::string_view subresource = "");
  /// DELETE with preconditions. The answer: Status or the object with its deletionTimestamp.
  Json remove(const ResourceType& type, std::string_view ns, std::string_view name, const DeleteOptions& options = {});

  /// SelfSubjectAccessReview; `reason` gets the server's words when not null.
  bool may(const AccessCheck& check, std::string* reason = nullptr);
  /// Whether the server serves this group and version (GET of its API document); unreachable throws.
  bool api_installed(std::string_view group, std::string_view version);
  /// GET of a raw path such as "/version", as JSON.
  Json raw_get(std::string_view path);

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
