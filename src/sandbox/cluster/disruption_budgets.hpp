#pragma once
// Keeps the status of PodDisruptionBudgets: how many of their pods may be evicted now.

#include <string>
#include <vector>

#include "cluster/context.hpp"
#include "cluster/informers.hpp"
#include "cluster/selector_index.hpp"

namespace dba::sandbox::cluster {

class DisruptionBudgets {
 public:
  DisruptionBudgets(Context context, Informers& informers);

 private:
  Context context_;
  Informers& informers_;
  std::size_t controller_;
  SelectorIndex index_{};

  void budget_changed(const api::Object& before, const api::Object& now);
  void pod_changed(const api::Object& before, const api::Object& now);
  void reconcile(const std::string& key);
  std::vector<api::Object> pods_of(const Json& budget) const;
  Json status_of(const std::string& key, const Json& budget, const std::vector<api::Object>& pods);
};

}  // namespace dba::sandbox::cluster
