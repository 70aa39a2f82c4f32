#include "cluster/event_limit.hpp"

#include <nlohmann/json.hpp>

#include "cluster/context.hpp"

namespace dba::sandbox::cluster {

EventLimit::EventLimit(api::Api& api, std::size_t most)
    : api_(api), most_(most), events_(api, type_of("v1", "Event"), false) {
  events_.on_change([this](const api::Object& before, const api::Object& now) {
    if (now) {
      came(key_of(*now));
    } else {
      present_.erase(key_of(*before));
    }
  });
  events_.start();
}

void EventLimit::came(const std::string& key) {
  if (!present_.insert(key).second) return;
  oldest_first_.push_back(key);
  while (oldest_first_.size() > most_) {
    const auto [ns, name] = split_key(oldest_first_.front());
    oldest_first_.pop_front();
    try {
      api_.remove(events_.type(), ns, name);
    } catch (const api::StatusError&) {
      // Somebody has deleted it already.
    }
  }
}

}  // namespace dba::sandbox::cluster
