#include <charconv>

#include "streaming/session.hpp"

namespace dba::sandbox::streaming {

namespace {

int number_in(std::string_view text) {
  int number = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : -1;
}

}  // namespace

world::Victim victim_of_pod(const Json& pod) {
  world::Victim victim;
  victim.ns = codec::namespace_of(pod);
  victim.role = codec::label_of(pod, "kubedb.com/role");
  victim.database = codec::label_of(pod, "app.kubernetes.io/instance");
  const std::string name = codec::name_of(pod);
  const std::size_t dash = name.rfind('-');
  if (victim.database.empty()) victim.database = name.substr(0, dash);
  victim.ordinal = number_in(codec::label_of(pod, "apps.kubernetes.io/pod-index"));
  if (victim.ordinal < 0 && dash != std::string::npos)
    victim.ordinal = number_in(std::string_view(name).substr(dash + 1));
  return victim;
}

}  // namespace dba::sandbox::streaming
