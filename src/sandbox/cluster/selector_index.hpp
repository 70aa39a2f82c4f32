#pragma once
// Which of many objects with a label selector may cover a pod, found by one of the pod's labels.

#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "cluster/informer.hpp"

namespace dba::sandbox::cluster {

/// Thread-safe.
class SelectorIndex {
 public:
  /// @param labels what the object named by `key` ("namespace/name") asks of a pod; one that asks for none may cover
  ///               every pod of its namespace
  void add(const std::string& key, const Labels& labels);
  void remove(const std::string& key, const Labels& labels);
  /// Keys of those that may cover the pod: no other does, but of these some may not.
  std::set<std::string> candidates(const Json& pod) const;

 private:
  mutable std::mutex mutex_{};
  std::unordered_map<std::string, std::set<std::string>> by_label_{};  ///< "ns/key=value" of the first label → keys
};

}  // namespace dba::sandbox::cluster
