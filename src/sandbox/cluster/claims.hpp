#pragma once
// Binds PersistentVolumeClaims to volumes made for them, expands them, and lets go of them.

#include <string>

#include "cluster/context.hpp"
#include "cluster/informers.hpp"

namespace dba::sandbox::cluster {

/// Gives every new claim the finalizer that keeps it while a pod uses it, as admission plugin
/// StorageObjectInUseProtection does.
void protect_claims(api::Api& api);

class Claims {
 public:
  Claims(Context context, Informers& informers);

 private:
  Context context_;
  Informers& informers_;
  std::size_t controller_;
  std::size_t expander_;

  void reconcile(const std::string& key);
  void bind(const Json& claim);
  void expand(const std::string& key);
  void release(const Json& claim);
  api::Object consumer_of(const Json& claim) const;
};

}  // namespace dba::sandbox::cluster
