#pragma once
// The petset controller: as many pods as a PetSet says, by ordinal, each with its claims. One thread uses it.

#include <map>

#include "dba/codec/json.hpp"

#include "operator/runtime/store.hpp"
#include "operator/runtime/work_queue.hpp"
#include "operator/runtime/writer.hpp"

namespace dba::sandbox::kubedb {

class PetSetController {
 public:
  PetSetController(Writer& writer, Store& store, WorkQueue& queue, platform::Clock& clock);
  /// One look at one PetSet. @throws kube::ApiError to be called again later.
  void reconcile(const WorkKey& key);

 private:
  bool is_wanted(const Json& petset) const;
  void scale_up(const WorkKey& key, const Json& petset, std::int64_t wanted);
  void scale_down(const Json& petset, std::int64_t wanted);
  void make_pod(const Json& petset, std::int64_t ordinal);
  std::string ensure_claims(const Json& petset, std::int64_t ordinal);
  void tell_failed(const Json& petset, std::int64_t ordinal, std::string_view why);
  void write_status(const Json& petset);
  std::string node_for(std::int64_t ordinal) const;

  Writer& writer_;
  Store& store_;
  WorkQueue& queue_;
  platform::Clock& clock_;
  std::map<WorkKey, platform::SteadyTime> next_pod_{};  ///< Not before then.
};

}  // namespace dba::sandbox::kubedb
