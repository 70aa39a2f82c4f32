// exec over WebSocket: v5.channel.k8s.io and v4.channel.k8s.io, and over SPDY/3.1.

#include <array>
#include <thread>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include "streaming/channels.hpp"
#include "streaming/exec_status.hpp"
#include "streaming/inbox.hpp"
#include "streaming/spdy_sessions.hpp"
#include "streaming/upgrade.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::array<std::string_view, 2> kExecProtocols{"v5.channel.k8s.io", "v4.channel.k8s.io"};
constexpr std::array<std::string_view, 1> kSpdyExecProtocols{"v4.channel.k8s.io"};
constexpr unsigned kStdin = 0;
constexpr unsigned kStdout = 1;
constexpr unsigned kStderr = 2;
constexpr unsigned kStatus = 3;
constexpr unsigned kClose = 255;

ExecRequest exec_request(const Poco::Net::HTTPServerRequest& request, const PodRef& target) {
  return {.target = target,
          .command = query_values(request, "command"),
          .use_stdin = query_flag(request, "stdin"),
          .use_stdout = query_flag(request, "stdout"),
          .use_stderr = query_flag(request, "stderr") && !query_flag(request, "tty"),
          .tty = query_flag(request, "tty")};
}

void run_over_websocket(Duplex& connection, const ExecRequest& request, const SessionContext& context, bool can_close) {
  Channels channels(connection);
  Inbox input([&connection] { connection.wake(); });
  // "The connection stands": an empty message on the lowest channel that the client reads.
  channels.send(request.use_stdout ? kStdout : request.use_stderr ? kStderr : kStatus, {});
  std::jthread command([&](const std::stop_token& stop) {
    const ExecStreams streams{.read_stdin = [&](const std::stop_token& inner) { return input.take(inner); },
                              .write_stdout =
                                  [&](std::string_view text) {
                                    if (request.use_stdout && !text.empty()) channels.send(kStdout, text);
                                  },
                              .write_stderr =
                                  [&](std::string_view text) {
                                    if (request.use_stderr && !text.empty()) channels.send(kStderr, text);
                                  }};
    const ExecResult result = context.pods.exec(request, streams, stop);
    channels.send(kStatus, exec_status(result, request.command));
    channels.close(kNormalClosure);
  });
  const auto on_message = [&](std::string_view message) {
    if (message.empty()) return true;
    const auto channel = static_cast<unsigned char>(message[0]);
    if (channel == kStdin) input.put(std::string(message.substr(1)));
    if (channel == kClose && can_close && message.size() == 2 && message[1] == '\0') input.end();
    return true;
  };
  channels.run(
      on_message, [&input] { return input.has_room(); }, context);
  input.end();
}

}  // namespace

void serve_exec(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                const SessionContext& context) {
  try {
    const ExecRequest exec = exec_request(request, context.target);
    if (!exec.use_stdin && !exec.use_stdout && !exec.use_stderr) {
      return refuse(response, 400, "BadRequest", "you must specify at least 1 of stdin, stdout, stderr");
    }
    if (exec.command.empty())
      return refuse(response, 400, "BadRequest", "you must specify at least one command for the container");
    const auto upgraded = upgrade(request, response, kExecProtocols, kSpdyExecProtocols);
    if (!upgraded) return;
    if (upgraded->transport == Transport::spdy) return run_exec_over_spdy(*upgraded->connection, exec, context);
    run_over_websocket(*upgraded->connection, exec, context, upgraded->protocol == kExecProtocols[0]);
  } catch (const Poco::Exception&) {
    // The client went before it could be answered.
  }
}

}  // namespace dba::sandbox::streaming
