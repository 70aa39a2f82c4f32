// The log of a container as chunked text.

#include <charconv>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <fmt/format.h>

#include "dba/base/timestamp.hpp"

#include "streaming/channels.hpp"
#include "streaming/upgrade.hpp"

namespace dba::sandbox::streaming {

namespace {

/// A whole number of the query. Absent: not given. False in `fine`: it is none.
std::optional<std::int64_t> number(const Poco::Net::HTTPServerRequest& request, std::string_view name, bool& fine) {
  const std::string text = query_value(request, name);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  fine = fine && failure == std::errc{} && end == text.data() + text.size() && value >= 0;
  return value;
}

LogRequest log_request(const Poco::Net::HTTPServerRequest& request, const SessionContext& context, bool& fine) {
  LogRequest result{.target = context.target,
                    .follow = query_flag(request, "follow"),
                    .previous = query_flag(request, "previous"),
                    .timestamps = query_flag(request, "timestamps"),
                    .tail_lines = number(request, "tailLines", fine),
                    .since_seconds = number(request, "sinceSeconds", fine),
                    .limit_bytes = number(request, "limitBytes", fine)};
  if (const auto since = try_parse_rfc3339(query_value(request, "sinceTime")); since && !result.since_seconds) {
    result.since_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(context.world.clock.wall_now() - *since).count();
  }
  return result;
}

}  // namespace

void serve_log(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
               const SessionContext& context) {
  try {
    bool fine = true;
    const LogRequest log = log_request(request, context, fine);
    if (!fine) {
      return refuse(response, 400, "BadRequest",
                    "tailLines, sinceSeconds and limitBytes must be whole numbers of 0 or more");
    }
    response.setStatusAndReason(Poco::Net::HTTPResponse::HTTP_OK);
    response.setContentType("text/plain");
    response.setChunkedTransferEncoding(true);
    std::ostream& body = response.send();
    body.flush();
    context.pods.logs(
        log,
        [&](std::string_view text) {
          body.write(text.data(), static_cast<std::streamsize>(text.size()));
          body.flush();
          return body.good() && tunnel_holds(context);
        },
        context.stop);
  } catch (const Poco::Exception&) {
    // The client has gone.
  }
}

}  // namespace dba::sandbox::streaming
