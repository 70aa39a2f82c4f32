#include <utility>

#include <fmt/format.h>

#include "dba/kube/pod_streams.hpp"

#include "execution.hpp"
#include "pod_stream.hpp"
#include "url.hpp"

namespace dba::kube {

namespace {

std::string query_of(const ExecRequest& request) {
  std::string query = "?container=" + query_escape(request.container);
  for (const std::string& word : request.command) query += "&command=" + query_escape(word);
  query += fmt::format("&stdin={}&stdout=true&stderr=true&tty=false", !request.stdin_text.empty());
  return query;
}

}  // namespace

ExecResult exec_in_pod(Client& client, const ExecRequest& request, platform::SteadyTime deadline,
                       const std::stop_token& stop) {
  const PodSubresource what{request.ns,
                            request.pod,
                            "exec",
                            query_of(request),
                            {std::string(kWithHalfClose), std::string(kWithoutHalfClose)}};
  return carry_command(open_pod_stream(client.impl(), what, deadline, stop), request, deadline, stop);
}

}  // namespace dba::kube
