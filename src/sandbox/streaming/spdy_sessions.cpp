#include "streaming/spdy_sessions.hpp"

#include <atomic>
#include <charconv>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "streaming/channels.hpp"
#include "streaming/exec_status.hpp"
#include "streaming/forwarding.hpp"
#include "streaming/spdy_streams.hpp"

namespace dba::sandbox::streaming {

namespace {

/// Forwarded connections by their request id: a data and an error stream each.
class Forwards {
 public:
  Forwards(std::function<bool(std::string_view)> send, const SessionContext& context, std::function<void()> wake)
      : context_(context),
        wake_(std::move(wake)),
        streams_(std::move(send),
                 {.opened = [this](std::uint32_t stream, const SpdyHeaders& headers) { opened(stream, headers); },
                  .data = [this](std::uint32_t stream, std::string_view bytes) { data(stream, bytes); },
                  .ended = [this](std::uint32_t stream) { ended(stream); }}) {}

  bool feed(std::string_view bytes) { return streams_.feed(bytes); }
  bool has_room() const {
    for (const auto& [id, pair] : pairs_) {
      if (pair.forward && !pair.forward->has_room()) return false;
    }
    return true;
  }

 private:
  struct Pair {
    std::uint32_t data = 0, error = 0;
    std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
    std::unique_ptr<Forwarding> forward{};
  };
  const SessionContext& context_;
  std::function<void()> wake_;
  SpdyStreams streams_;
  std::map<std::string, Pair> pairs_{};

  void opened(std::uint32_t stream, const SpdyHeaders& headers) {
    std::erase_if(pairs_, [](const auto& entry) { return entry.second.over->load(); });
    const auto value = [&](const char* name) {
      const auto found = headers.find(name);
      return found == headers.end() ? std::string() : found->second;
    };
    const std::string kind = value("streamtype");
    Pair& pair = pairs_[value("requestid")];
    if (kind == "data") pair.data = stream;
    if (kind == "error") pair.error = stream;
    if (pair.data == 0 || pair.error == 0 || pair.forward) return;
    const std::string text = value("port");
    int port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    start(pair, port);
  }

  void start(Pair& pair, int port) {
    pair.forward = std::make_unique<Forwarding>(
        context_, port,
        Forwarding::Client{.data = [this, id = pair.data](std::string_view bytes) { return streams_.write(id, bytes); },
                           .error = [this, id = pair.error](std::string_view text) { streams_.write(id, text); },
                           .end_of_data = [this, id = pair.data] { streams_.end(id); },
                           .over =
                               [this, data = pair.data, error = pair.error, over = pair.over] {
                                 streams_.end(error);
                                 streams_.end(data);
                                 *over = true;
                               },
                           .taken = wake_,
                           .ends_together = false});
  }

  void data(std::uint32_t stream, std::string_view bytes) {
    for (auto& [id, pair] : pairs_) {
      if (pair.data == stream && pair.forward) pair.forward->put(std::string(bytes));
    }
  }

  void ended(std::uint32_t stream) {
    for (auto& [id, pair] : pairs_) {
      if (pair.data == stream && pair.forward) pair.forward->end();
    }
  }
};

/// The four (five) streams of an exec, started when all that the query asks for are there.
class ExecStreamsOverSpdy {
 public:
  ExecStreamsOverSpdy(Duplex& connection, const ExecRequest& request, const SessionContext& context)
      : connection_(connection),
        request_(request),
        context_(context),
        input_([&connection] { connection.wake(); }),
        streams_([&connection](std::string_view bytes) { return connection.send(bytes); },
                 {.opened = [this](std::uint32_t stream, const SpdyHeaders& headers) { opened(stream, headers); },
                  .data =
                      [this](std::uint32_t stream, std::string_view bytes) {
                        if (stream == ids_["stdin"]) input_.put(std::string(bytes));
                      },
                  .ended =
                      [this](std::uint32_t stream) {
                        if (stream == ids_["stdin"]) input_.end();
                      }}) {
    if (request.use_stdin) expected_.insert("stdin");
    if (request.use_stdout) expected_.insert("stdout");
    if (request.use_stderr) expected_.insert("stderr");
    if (request.tty) expected_.insert("resize");
  }

  void run() {
    connection_.run({.receive = [this](std::string_view bytes) { return streams_.feed(bytes); },
                     .may_read = [this] { return input_.has_room(); },
                     .goes_on = [this] { return tunnel_holds(context_); }},
                    context_.stop);
    input_.end();
  }

 private:
  Duplex& connection_;
  const ExecRequest& request_;
  const SessionContext& context_;
  Inbox input_;
  std::map<std::string, std::uint32_t> ids_{};
  std::set<std::string> expected_{"error"};
  SpdyStreams streams_;
  std::jthread command_{};

  void opened(std::uint32_t stream, const SpdyHeaders& headers) {
    const auto kind = headers.find("streamtype");
    if (kind == headers.end()) return;
    ids_[kind->second] = stream;
    expected_.erase(kind->second);
    if (expected_.empty() && !command_.joinable()) {
      command_ = std::jthread([this, ids = ids_](const std::stop_token& stop) { execute(ids, stop); });
    }
  }

  void execute(const std::map<std::string, std::uint32_t>& ids, const std::stop_token& stop) {
    const auto writer = [&](const char* name) -> std::function<void(std::string_view)> {
      const auto found = ids.find(name);
      if (found == ids.end()) return [](std::string_view) {};
      return [this, id = found->second](std::string_view text) { streams_.write(id, text); };
    };
    const ExecStreams io{.read_stdin = [this](const std::stop_token& inner) { return input_.take(inner); },
                         .write_stdout = writer("stdout"),
                         .write_stderr = writer("stderr")};
    const ExecResult result = context_.pods.exec(request_, io, stop);
    writer("error")(exec_status(result, request_.command));
    for (const auto& [name, id] : ids) streams_.end(id);
    connection_.finish();
  }
};

}  // namespace

void run_forward_over_spdy(Duplex& connection, const SessionContext& context) {
  Forwards forwards([&connection](std::string_view bytes) { return connection.send(bytes); }, context,
                    [&connection] { connection.wake(); });
  connection.run({.receive = [&](std::string_view bytes) { return forwards.feed(bytes); },
                  .may_read = [&] { return forwards.has_room(); },
                  .goes_on = [&] { return tunnel_holds(context); }},
                 context.stop);
}

void run_forward_over_tunnel(Duplex& connection, const SessionContext& context) {
  Channels channels(connection);
  Forwards forwards([&channels](std::string_view bytes) { return channels.send_message(bytes); }, context,
                    [&connection] { connection.wake(); });
  channels.run([&](std::string_view message) { return forwards.feed(message); }, [&] { return forwards.has_room(); },
               context);
}

void run_exec_over_spdy(Duplex& connection, const ExecRequest& request, const SessionContext& context) {
  ExecStreamsOverSpdy(connection, request, context).run();
}

}  // namespace dba::sandbox::streaming
