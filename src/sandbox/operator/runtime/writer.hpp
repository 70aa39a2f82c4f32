#pragma once
// Writes of the operator: to the API server, and into the store at once, so that it does not do the same twice before
// the watch has told.

#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"

#include "operator/runtime/store.hpp"
#include "world/random.hpp"

namespace dba::sandbox::kubedb {

/// Who an Event is from.
inline constexpr std::string_view kProvisioner = "KubeDB Operator";
inline constexpr std::string_view kOpsManager = "KubeDB Ops-manager Operator";

class Writer {
 public:
  Writer(kube::Client& client, Store& store, std::uint64_t seed);

  enum class Change { none, created, changed };
  /// Makes it when it is missing and mends what differs from `wanted`. Kinds that this server lacks are left out.
  /// @throws kube::ApiError
  Change ensure(const Json& wanted);
  /// Makes it when it is missing, and leaves it alone otherwise.
  Change ensure_exists(const Json& wanted);
  /// Merge patch. @returns the object as it is then.
  Json patch(Kind kind, const Json& object, const Json& patch, std::string_view subresource = "");
  /// Gone already is fine. @returns whether there was something to remove.
  bool remove(Kind kind, const Json& object);
  /// An Event about an object. Nobody hears of it when it cannot be written.
  /// @param type Normal or Warning
  void event(const Json& about, std::string_view type, std::string_view reason, std::string_view message,
             std::string_view component = kProvisioner);

 private:
  Change create(Kind kind, const Json& wanted);
  kube::Client& client_;
  Store& store_;
  world::Random event_names_;
};

}  // namespace dba::sandbox::kubedb
