#pragma once
// The Kubernetes API as semantics, without HTTP: what a request does to the stored objects and what it answers. HTTP
// (http/) and the simulated cluster's own controllers (cluster/) are its callers. Thread-safe.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"

#include "api/access.hpp"
#include "api/resource.hpp"
#include "api/status_error.hpp"
#include "world/world.hpp"

namespace dba::sandbox::api {

/// A stored object: never changed once stored, shared by all readers. Has apiVersion and kind.
using Object = std::shared_ptr<const Json>;

enum class FieldValidation { ignore, warn, strict };
struct WriteOptions {
  bool dry_run = false;
  std::string field_manager = "unknown";
  FieldValidation validation = FieldValidation::warn;
  bool force = false;                            ///< Of server-side apply.
  std::vector<std::string>* warnings = nullptr;  ///< Texts for Warning headers.
  User user{};                                   ///< Who reviews of oneself are about.
};
enum class PatchKind { json, merge, strategic, apply };
struct DeleteOptions {
  bool dry_run = false;
  std::optional<int> grace_seconds{};
  std::string propagation = "Background";  ///< Background, Foreground, Orphan
  std::string uid{}, resource_version{};   ///< Preconditions; empty = none.
};
struct Selectors {
  std::string labels{}, fields{};
};
struct ListResult {
  std::vector<Object> items{};
  std::string resource_version{};
  std::string continue_token{};
  std::int64_t remaining = 0;
};
struct ListOptions {
  Selectors selectors{};
  std::int64_t limit = 0;  ///< 0 = no limit.
  std::string continue_token{};
};
struct Event {
  enum class Kind { added, modified, deleted, bookmark };
  Kind kind = Kind::added;
  Object object{};  ///< Of a bookmark: apiVersion, kind and metadata.resourceVersion only.
};

/// Events of one collection from some resourceVersion on. Ends when the server ends it.
class Subscription {
 public:
  virtual ~Subscription() = default;
  /// Waits for the next event, at most `wait` (real time). @throws StatusError 410 when history no longer reaches back.
  virtual std::optional<Event> next(std::chrono::nanoseconds wait, const std::stop_token& stop) = 0;
};

/// When an admission is asked: before the object is validated, to complete it, or after, when it can only be refused.
enum class AdmissionPhase { mutating, validating };

/// What is about to be stored, as an admission webhook sees it. `old` is null at creation, `object` is null at
/// deletion.
struct AdmissionRequest {
  const Resource& type;
  std::string operation{};  ///< CREATE, UPDATE, DELETE
  std::string subresource{};
  const Json* old = nullptr;
  Json* object = nullptr;
  bool dry_run = false;
  std::vector<std::string>* warnings = nullptr;
};
/// @throws StatusError to refuse.
using Admission = std::function<void(const AdmissionRequest& request)>;

struct ApiOptions {
  std::size_t history = 10'000;  ///< Events kept for watches; older resourceVersions get 410.
  std::chrono::nanoseconds bookmark_period = std::chrono::seconds(60);
};

class Api {
 public:
  explicit Api(world::World& world, ApiOptions options = {});
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  void add_admission(AdmissionPhase phase, Admission admission);

  /// @throws StatusError 403. Whoever calls in the name of a user asks this first; controllers need not.
  void authorize(const User& user, const Access& access) const;

  /// All of the following @throws StatusError with the real API server's code, reason, message, details and causes.
  Object get(const Resource& type, std::string_view ns, std::string_view name) const;
  Object find(const Resource& type, std::string_view ns, std::string_view name) const;  ///< Null when missing.
  ListResult list(const Resource& type, std::string_view ns, const ListOptions& options = {}) const;
  Object create(const Resource& type, std::string_view ns, Json object, const WriteOptions& options = {});
  Object update(const Resource& type, std::string_view ns, std::string_view name, Json object,
                std::string_view subresource, const WriteOptions& options = {});
  struct Patched {
    Object object{};
    bool created = false;
  };
  Patched patch(const Resource& type, std::string_view ns, std::string_view name, PatchKind kind, const Json& patch,
                std::string_view subresource, const WriteOptions& options = {});
  /// Sets deletionTimestamp when grace or finalizers ask for it, else takes the object away and lets the garbage
  /// collector follow ownerReferences. A pod with grace is taken away by the kubelet (cluster/).
  struct Removed {
    Object object{};        ///< What was (or is being) removed.
    bool finished = false;  ///< False: still there, terminating.
  };
  Removed remove(const Resource& type, std::string_view ns, std::string_view name, const DeleteOptions& options = {});
  std::vector<Object> remove_collection(const Resource& type, std::string_view ns, const Selectors& selectors,
                                        const DeleteOptions& options = {});
  /// @param resource_version "" or "0" = the present objects first, as ADDED.
  /// @param mark_initial     a bookmark annotated k8s.io/initial-events-end follows them (sendInitialEvents=true)
  std::unique_ptr<Subscription> watch(const Resource& type, std::string_view ns, const Selectors& selectors,
                                      std::string_view resource_version, bool bookmarks,
                                      bool mark_initial = false) const;

  /// Puts finished objects in at once, without admission or validation: `--populate`. They still get uid, version,
  /// time.
  void load(std::vector<Json> objects);
  /// Forgets history up to now, so that every older resourceVersion answers 410 (tests, fault).
  void compact();
  std::uint64_t version() const;  ///< The newest resourceVersion.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::sandbox::api
