#include "commands/until.hpp"

#include <functional>
#include <memory>
#include <semaphore>

namespace dba::sandbox::commands {

void wait_until_stopped(const std::vector<std::stop_token>& tokens) {
  using OnStop = std::stop_callback<std::function<void()>>;
  std::counting_semaphore<> stopped(0);
  std::vector<std::unique_ptr<OnStop>> callbacks;
  for (const std::stop_token& token : tokens) {
    callbacks.push_back(std::make_unique<OnStop>(token, [&stopped] { stopped.release(); }));
  }
  stopped.acquire();
}

}  // namespace dba::sandbox::commands
