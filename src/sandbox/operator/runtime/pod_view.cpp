#include "operator/runtime/pod_view.hpp"

#include <nlohmann/json.hpp>

namespace dba::sandbox::kubedb {

bool is_terminating(const Json& object) { return codec::find_at(object, {"metadata", "deletionTimestamp"}) != nullptr; }

bool is_ready(const Json& pod) {
  const Json* ready = codec::condition_of(pod, "Ready");
  return ready != nullptr && codec::string_at(*ready, {"status"}) == "True" && !is_terminating(pod);
}

std::vector<Json> pods_of(const Store& store, const Json& petset) {
  std::vector<Json> pods = store.list(Kind::pod, codec::namespace_of(petset), codec::name_of(petset) + "-");
  std::erase_if(pods, [uid = codec::uid_of(petset)](const Json& pod) {
    const Json* owners = codec::find_at(pod, {"metadata", "ownerReferences"});
    return owners == nullptr || owners->empty() || codec::string_at(owners->front(), {"uid"}) != uid;
  });
  return pods;
}

}  // namespace dba::sandbox::kubedb
