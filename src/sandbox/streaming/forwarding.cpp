#include "streaming/forwarding.hpp"

#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::chrono::milliseconds kSlice{100};  ///< How soon a stop is noticed by whoever waits for the pod's bytes.

}  // namespace

Forwarding::Forwarding(const SessionContext& context, int port, Client client)
    : context_(context), port_(port), client_(std::move(client)), inbox_(client_.taken) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Forwarding::~Forwarding() {
  thread_.request_stop();
  inbox_.end();
}

void Forwarding::run(const std::stop_token& stop) {
  try {
    const std::unique_ptr<ByteStream> pod = context_.pods.connect(context_.target, port_);
    pump(*pod, stop);
  } catch (const Error& error) {
    // @source k8s.io/cri-streaming portforward: the empty uid is theirs.
    client_.error(
        fmt::format("error forwarding port {} to pod {}, uid : {}", port_, context_.target.uid, error.info().message));
  }
  client_.over();
}

void Forwarding::pump(ByteStream& pod, const std::stop_token& stop) {
  std::stop_source ended;
  const std::stop_callback outer(stop, [&ended] { ended.request_stop(); });
  std::jthread to_pod([&] {
    while (const auto bytes = inbox_.take(ended.get_token())) {
      if (!pod.write(*bytes)) return;
    }
    pod.close_write();
  });
  std::vector<char> buffer(16 * 1024);
  while (!ended.stop_requested()) {
    const auto count = pod.read(buffer.data(), buffer.size(), kSlice);
    if (!count) continue;
    if (*count == 0) {
      client_.end_of_data();
      if (client_.ends_together) ended.request_stop();
      break;
    }
    if (!client_.data({buffer.data(), *count})) {
      ended.request_stop();
      break;
    }
  }
  // Frees a writer that waits for a pod which no longer reads.
  if (ended.stop_requested()) pod.close_write();
}

}  // namespace dba::sandbox::streaming
