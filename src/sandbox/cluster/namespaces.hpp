#pragma once
// What is in a cluster from the first moment, and what each namespace gets by itself.

#include <string>

#include "cluster/context.hpp"
#include "cluster/informers.hpp"

namespace dba::sandbox::cluster {

/// Nodes, the usual namespaces and the StorageClasses longhorn (default, expandable) and standard (not expandable).
void make_initial_objects(api::Api& api, platform::Clock& clock);

class Namespaces {
 public:
  Namespaces(Context context, Informers& informers);

 private:
  Context context_;
  Informers& informers_;
  std::size_t controller_;

  void reconcile(const std::string& key);
  void furnish(const std::string& name);
};

}  // namespace dba::sandbox::cluster
