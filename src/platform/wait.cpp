#include "dba/platform/wait.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace dba::platform {

namespace {

int milliseconds_until(std::optional<SteadyTime> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - system_clock().steady_now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, std::numeric_limits<int>::max()));
}

}  // namespace

bool wait_for(std::vector<Interest>& interests, const Wakeup& wakeup, std::optional<SteadyTime> deadline) {
  std::vector<pollfd> polled{{wakeup.descriptor().get(), POLLIN, 0}};
  for (const Interest& interest : interests) {
    const int events = (interest.reading ? POLLIN : 0) | (interest.writing ? POLLOUT : 0);
    // poll(2) passes over a negative descriptor: an end that nothing is wanted of is not to wake us by its hang-up.
    polled.push_back({events == 0 ? -1 : interest.descriptor, static_cast<short>(events), 0});
  }
  while (poll(polled.data(), polled.size(), milliseconds_until(deadline)) < 0) {
  }
  bool any = polled.front().revents != 0;
  for (std::size_t i = 0; i < interests.size(); ++i) {
    interests[i].ready = polled[i + 1].revents != 0;
    any = any || interests[i].ready;
  }
  return any;
}

}  // namespace dba::platform
