#pragma once
// Events go after a while: a real API server forgets them after an hour, this one when there are too many, whoever
// wrote them, so that a long run does not grow.

#include <cstddef>
#include <deque>
#include <set>
#include <string>

#include "cluster/informer.hpp"

namespace dba::sandbox::cluster {

class EventLimit {
 public:
  explicit EventLimit(api::Api& api, std::size_t most = 5000);

 private:
  api::Api& api_;
  std::size_t most_;
  std::deque<std::string> oldest_first_{};  ///< Keys of those that are or were there.
  std::set<std::string> present_{};
  Informer events_;  // last: its thread uses the rest

  void came(const std::string& key);
};

}  // namespace dba::sandbox::cluster
