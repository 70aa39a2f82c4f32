#include "dba/kube/watch.hpp"

#include <algorithm>
#include <list>
#include <memory>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "reflector.hpp"

namespace dba::kube {

WatchEvent::WatchEvent() = default;
WatchEvent::WatchEvent(WatchEvent&&) noexcept = default;
WatchEvent& WatchEvent::operator=(WatchEvent&&) noexcept = default;
WatchEvent::~WatchEvent() = default;

struct Watcher::Impl {
  Impl(Client& client_in, const std::vector<WatchTarget>& targets)
      : client(client_in),
        queue(std::make_shared<WatchQueue>(targets.size())),
        on_client_stop(client.stop(), Stop{stop}) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      Reflector& reflector = reflectors.emplace_back(client, targets[i], i, queue);
      threads.emplace_back([&reflector, token = stop.get_token()] { reflector.run(token); });
    }
  }

  ~Impl() { stop.request_stop(); }

  struct Stop {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };

  Client& client;
  std::shared_ptr<WatchQueue> queue;
  std::stop_source stop;
  std::stop_callback<Stop> on_client_stop;
  std::list<Reflector> reflectors;
  std::vector<std::jthread> threads;  // last: they are joined before anything they use goes
};

Watcher::Watcher(Client& client, const std::vector<WatchTarget>& targets)
    : impl_(std::make_unique<Impl>(client, targets)) {}
Watcher::~Watcher() = default;

std::optional<WatchEvent> Watcher::next(platform::SteadyTime deadline, const std::stop_token& stop) {
  return impl_->queue->pop(impl_->client.clock(), deadline, stop);
}

}  // namespace dba::kube
