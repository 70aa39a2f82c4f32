#include "e2e/faults/fault_proxy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dba::faults {

namespace {

bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_more(int descriptor, std::string& into) {
  std::array<char, 16384> buffer{};
  const ssize_t got = recv(descriptor, buffer.data(), buffer.size(), 0);
  into.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return got > 0;
}

/// The next close sends RST instead of FIN.
void reset_on_close(int descriptor) {
  const linger at_once{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool is_header(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::equal(name.begin(), name.end(), line.begin(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// Calls `each` with every line of a head, first line included.
template <typename Each>
void for_lines(std::string_view head, const Each& each) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    if (end > 0) {
      each(head.substr(0, end));
    }
    head.remove_prefix(std::min(end + 2, head.size()));
  }
}

std::size_t content_length(std::string_view head) {
  std::size_t length = 0;
  for_lines(head, [&](std::string_view line) {
    if (is_header(line, "content-length")) {
      length = std::stoul(std::string(line.substr(line.find(':') + 1)));
    }
  });
  return length;
}

/// A head without the lines named, ending in the lines of `extra` and an empty one.
std::string with_headers(std::string_view head, std::initializer_list<std::string_view> without,
                         std::string_view extra) {
  std::string result;
  for_lines(head, [&](std::string_view line) {
    if (std::none_of(without.begin(), without.end(), [&](std::string_view name) { return is_header(line, name); })) {
      result += fmt::format("{}\r\n", line);
    }
  });
  return result + std::string(extra) + "\r\n";
}

std::string made_up_answer(std::string_view status, std::string_view type, std::string_view extra,
                           std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", status, type, body.size(),
                     extra, body);
}

std::optional<std::string> answer_instead(FaultKind kind) {
  constexpr std::string_view kOverloaded = "Too many requests, please try again later.\n";
  switch (kind) {
    case FaultKind::too_many_retry:
      return made_up_answer("429 Too Many Requests", "text/plain; charset=utf-8", "Retry-After: 1\r\n", kOverloaded);
    case FaultKind::too_many:
      return made_up_answer("429 Too Many Requests", "text/plain; charset=utf-8", "", kOverloaded);
    case FaultKind::server_error:
      return made_up_answer("500 Internal Server Error", "application/json", "",
                            R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
                            R"("message":"Internal error occurred: boom","reason":"InternalError","code":500})");
    case FaultKind::html_error:
      return made_up_answer("502 Bad Gateway", "text/html", "", "<html><h1>502 Bad Gateway</h1></html>\n");
    case FaultKind::html_ok:
      return made_up_answer("200 OK", "text/html", "", "<html><h1>Please log in</h1></html>\n");
    case FaultKind::json_ok:
      return made_up_answer("200 OK", "application/json", "", "{\"error\":\"please log in\"}\n");
    case FaultKind::none:
    case FaultKind::delay:
    case FaultKind::cut_head:
    case FaultKind::cut_body:
    case FaultKind::drop_answer:
    case FaultKind::reset_request:
    case FaultKind::frozen:
    case FaultKind::frozen_body:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::none:
      return "none";
    case FaultKind::delay:
      return "delay";
    case FaultKind::cut_head:
      return "cut-head";
    case FaultKind::cut_body:
      return "cut-body";
    case FaultKind::drop_answer:
      return "drop-answer";
    case FaultKind::reset_request:
      return "reset-request";
    case FaultKind::too_many_retry:
      return "429-retry-after";
    case FaultKind::too_many:
      return "429";
    case FaultKind::server_error:
      return "500";
    case FaultKind::html_error:
      return "html-502";
    case FaultKind::html_ok:
      return "html-200";
    case FaultKind::json_ok:
      return "json-200";
    case FaultKind::frozen:
      return "frozen";
    case FaultKind::frozen_body:
      return "frozen-body";
  }
  return "?";
}

FaultProxy::FaultProxy(Upstream upstream, Fault fault) : upstream_(std::move(upstream)), fault_(fault) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the fault proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  threads_.emplace_back([this] { accept_all(); });
}

FaultProxy::~FaultProxy() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    for (const int descriptor : open_) {
      shutdown(descriptor, SHUT_RDWR);
    }
    ended_.notify_all();
  }
  threads_.front().join();  // no thread is added after the accepting one has ended
  for (std::size_t i = 1; i < threads_.size(); ++i) {
    threads_[i].join();
  }
  close(listener_);
}

std::vector<SeenRequest> FaultProxy::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void FaultProxy::accept_all() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (client < 0 || stopping_) {
      close(client);
      return;
    }
    open_.push_back(client);
    threads_.emplace_back([this, client] {
      try {
        serve(client);
      } catch (const std::exception&) {
        // The API server went away: so does the client's connection.
      }
      const std::lock_guard ending(mutex_);
      std::erase(open_, client);
      close(client);
    });
  }
}

void FaultProxy::serve(int client) {
  std::string buffer;
  for (;;) {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!receive_more(client, buffer)) {
        return;
      }
    }
    const std::string head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    const std::size_t length = content_length(head);
    while (buffer.size() < length) {
      if (!receive_more(client, buffer)) {
        return;
      }
    }
    const std::string body = buffer.substr(0, length);
    buffer.erase(0, length);
    if (!answer(client, head, body)) {
      return;
    }
  }
}

/// @returns the fault as this request meets it, `first` being its own index.
Fault FaultProxy::fault_for(SeenRequest request) {
  const std::lock_guard lock(mutex_);
  const std::size_t index = seen_.size();
  const bool meets = fault_.kind != FaultKind::none && index >= fault_.first && index - fault_.first < fault_.count;
  request.spoiled = meets;
  seen_.push_back(std::move(request));
  Fault fault = fault_;
  fault.kind = meets ? fault_.kind : FaultKind::none;
  fault.first = index;
  return fault;
}

void FaultProxy::stay_frozen() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return stopping_; });
}

/// One exchange; false when the connection is done for.
bool FaultProxy::answer(int client, const std::string& head, const std::string& body) {
  const std::size_t space = head.find(' ');
  const Fault fault = fault_for({.method = head.substr(0, space),
                                 .target = head.substr(space + 1, head.find(' ', space + 1) - space - 1),
                                 .body = body});
  if (const std::optional<std::string> instead = answer_instead(fault.kind)) {
    return send_all(client, *instead);
  }
  if (fault.kind == FaultKind::frozen) {
    stay_frozen();
    return false;
  }
  if (fault.kind == FaultKind::reset_request) {
    reset_on_close(client);
    return false;
  }
  if (fault.kind == FaultKind::delay) {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::milliseconds(fault.milliseconds), [this] { return stopping_; });
  }
  return relay(client,
               with_headers(head, {"host", "authorization", "connection"},
                            fmt::format("Host: {}:{}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n",
                                        upstream_.host, upstream_.port, upstream_.token)) +
                   body,
               fault);
}

bool FaultProxy::relay(int client, const std::string& request, const Fault& fault) {
  TlsStream server(upstream_);
  {
    const std::lock_guard lock(mutex_);
    open_.push_back(server.descriptor());
  }
  const auto forget = [this](const TlsStream* stream) {
    const std::lock_guard lock(mutex_);
    std::erase(open_, stream->descriptor());
  };
  const std::unique_ptr<TlsStream, decltype(forget)> registered(&server, forget);

  server.write(request);
  std::string answer;
  std::size_t end = 0;
  while ((end = answer.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = server.read_some();
    if (more.empty()) {
      return false;
    }
    answer += more;
  }
  {
    const std::lock_guard lock(mutex_);
    seen_.at(fault.first).status = std::stoi(answer.substr(answer.find(' ') + 1));
  }
  const std::string head = with_headers(answer.substr(0, end + 2), {"connection"}, "");
  std::string body = answer.substr(end + 4);
  if (fault.kind == FaultKind::none || fault.kind == FaultKind::delay) {
    if (!send_all(client, head)) {
      return false;
    }
    for (; !body.empty(); body = server.read_some()) {
      if (!send_all(client, body)) {
        return false;
      }
    }
    return true;
  }

  // The rest spoils the answer, after all of it is there: what was asked for has been done. A watch has no end, and is
  // spoiled after its first piece.
  const bool endless = request.find("watch=true") < request.find("\r\n");
  for (std::string more; !(endless && !body.empty()) && !(more = server.read_some()).empty();) {
    body += more;
  }
  const auto part = [&](const std::string& whole) {
    return std::string_view(whole).substr(0, whole.size() * fault.percent / 100);
  };
  if (fault.kind == FaultKind::cut_head) {
    send_all(client, part(head));
  } else if (fault.kind == FaultKind::cut_body || fault.kind == FaultKind::frozen_body) {
    send_all(client, head);
    send_all(client, part(body));
  }
  if (fault.kind == FaultKind::frozen_body) {
    stay_frozen();
  } else if (fault.kind == FaultKind::drop_answer) {
    reset_on_close(client);
  }
  return false;
}

}  // namespace dba::faults
