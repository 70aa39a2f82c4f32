#include "support/fake_transport.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

namespace dba::test {

namespace {

constexpr auto kPatience = std::chrono::seconds(10);

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

SeenRequest take_apart(const kube::HttpRequest& request) {
  SeenRequest seen{.method = request.method, .headers = request.headers, .body = request.body};
  const std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  seen.path = target.substr(0, mark);
  if (mark == std::string_view::npos) return seen;
  for (const std::string& pair : split(target.substr(mark + 1), '&')) {
    const std::size_t equals = pair.find('=');
    seen.query[decode(pair.substr(0, equals))] = decode(pair.substr(equals + 1));
  }
  return seen;
}

/// The object that a write is about: its body, with what its path says.
Json object_at(const SeenRequest& request) {
  Json object = Json::parse(request.body);
  for (const kube::ResourceType* type : kube::known_resources()) {
    const std::string root = (type->group.empty() ? "/api/" : "/apis/") + type->api_version() + "/";
    if (!request.path.starts_with(root)) continue;
    std::vector<std::string> steps = split(request.path.substr(root.size()), '/');
    if (steps.size() > 2 && steps.front() == "namespaces") steps.erase(steps.begin(), steps.begin() + 2);
    if (steps.front() != type->plural) continue;
    object["apiVersion"] = type->api_version();
    object["kind"] = type->kind;
    if (steps.size() > 1) object["metadata"]["name"] = steps[1];
    return object;
  }
  throw std::invalid_argument("no resource that the client knows is at " + request.path);
}

std::string frame_of(std::string_view type, const Json& object) {
  Json frame = Json::object();
  frame["type"] = type;
  frame["object"] = object;
  return codec::compact_json(frame) + "\n";
}

Reply json_reply(const Json& object, int status) { return {.status = status, .body = codec::compact_json(object)}; }

}  // namespace

std::string SeenRequest::parameter(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

std::string SeenRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (to_lower(key) == to_lower(name)) return value;
  }
  return {};
}

std::string SeenRequest::line() const {
  std::string text = method + " " + path;
  char separator = '?';
  for (const auto& [name, value] : query) text += fmt::format("{}{}={}", std::exchange(separator, '&'), name, value);
  return text;
}

Stub& Stub::reply(int status, std::string body, kube::Headers headers) {
  if (headers.empty()) headers.emplace_back("Content-Type", "application/json");
  return reply_with([=](const SeenRequest&) { return Reply{status, body, headers}; });
}

Stub& Stub::reply(const Json& object, int status) { return reply(status, codec::compact_json(object)); }

Stub& Stub::fail(int code, std::string_view reason, std::string_view message) {
  return reply(status_json(code, reason, message), code);
}

Stub& Stub::stored(int status) {
  return reply_with([status](const SeenRequest& request) { return json_reply(object_at(request), status); });
}

Stub& Stub::reply_with(std::function<Reply(const SeenRequest&)> make) {
  answers_.push_back({.make = std::move(make)});
  return *this;
}

Stub& Stub::break_with(kube::TransportFailure::Kind kind, bool may_have_arrived) {
  answers_.push_back(
      {.failure = kube::TransportFailure{
           .kind = kind, .message = "broken by the test", .request_may_have_arrived = may_have_arrived}});
  return *this;
}

Stub& Stub::time_out() {
  answers_.push_back({.failure = kube::TransportFailure{.kind = kube::TransportFailure::Kind::timeout,
                                                        .message = "timed out by the test",
                                                        .request_may_have_arrived = true},
                      .times_out = true});
  return *this;
}

Stub& Stub::where(std::string_view parameter, std::string_view value) {
  where_.insert_or_assign(std::string(parameter), std::string(value));
  return *this;
}

Stub& Stub::optionally() {
  optional_ = true;
  return *this;
}

int Stub::uses() const { return uses_; }

bool Stub::matches(const SeenRequest& request) const {
  return method_ == request.method && path_ == request.path &&
         std::all_of(where_.begin(), where_.end(),
                     [&](const auto& wanted) { return request.parameter(wanted.first) == wanted.second; });
}

void FakeWatch::event(std::string_view type, const Json& object) { send(frame_of(type, object)); }

void FakeWatch::bookmark(std::string_view resource_version) {
  Json object = Json::object();
  object["metadata"]["resourceVersion"] = resource_version;
  event("BOOKMARK", object);
}

void FakeWatch::error(int code, std::string_view reason, std::string_view message) {
  close_with(frame_of("ERROR", status_json(code, reason, message)), nullptr);
}

void FakeWatch::send(std::string_view bytes) {
  const std::shared_ptr<kube::ResponseSink> sink = open_stream();
  if (sink == nullptr || sink->on_body(bytes)) return;
  const kube::TransportFailure failure{.kind = kube::TransportFailure::Kind::cancelled, .message = "cancelled"};
  close_with("", &failure);
}

void FakeWatch::end() { close_with("", nullptr); }

void FakeWatch::reset() {
  const kube::TransportFailure failure{.kind = kube::TransportFailure::Kind::truncated,
                                       .message = "broken by the test",
                                       .request_may_have_arrived = true};
  close_with("", &failure);
}

void FakeWatch::refuse_next(int code, std::string_view reason, std::string_view message) {
  const std::scoped_lock lock(mutex_);
  refusals_.push_back(json_reply(status_json(code, reason, message), code));
}

int FakeWatch::opened() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(requests_.size());
}

std::vector<SeenRequest> FakeWatch::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::shared_ptr<kube::ResponseSink> FakeWatch::open_stream() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [this] { return sink_ != nullptr; })) {
    FAIL_CHECK("nobody watches " << path_);
  }
  return sink_;
}

/// The stream is closed before its last bytes are read, so that whatever comes next is for the next one.
void FakeWatch::close_with(std::string_view last_bytes, const kube::TransportFailure* failure) {
  open_stream();
  std::shared_ptr<kube::ResponseSink> sink;
  {
    const std::scoped_lock lock(mutex_);
    sink = std::exchange(sink_, nullptr);
  }
  if (sink == nullptr) return;
  if (!last_bytes.empty()) sink->on_body(last_bytes);
  sink->on_end(failure);
}

FakeTransport::~FakeTransport() {
  for (const std::string& line : unexpected_) FAIL_CHECK("no stub for " << line);
  for (const Stub& stub : stubs_) {
    if (stub.uses_ == 0 && !stub.optional_) FAIL_CHECK("never used: stub for " << stub.method_ << " " << stub.path_);
  }
}

Stub& FakeTransport::on(std::string_view method, std::string_view path) {
  const std::scoped_lock lock(mutex_);
  Stub& stub = stubs_.emplace_front();
  stub.method_ = method;
  stub.path_ = path;
  return stub;
}

Stub& FakeTransport::on_get(const Json& object) {
  const kube::ResourceType* type =
      kube::find_resource(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
  if (type == nullptr) throw std::invalid_argument("on_get: an object of a kind that the client does not know");
  return on("GET", type->path(codec::namespace_of(object), codec::name_of(object))).reply(object);
}

Stub& FakeTransport::on_get_missing(const kube::ResourceType& type, std::string_view ns, std::string_view name) {
  return on("GET", type.path(ns, name))
      .reply(
          status_json(404, "NotFound", fmt::format("{} \"{}\" not found", type.qualified(), name), name, type.plural),
          404);
}

Stub& FakeTransport::on_list(const kube::ResourceType& type, std::string_view ns, const std::vector<Json>& items,
                             std::string_view resource_version) {
  return on("GET", type.path(ns)).reply(list_json(type, items, resource_version));
}

FakeWatch& FakeTransport::on_watch(const kube::ResourceType& type, std::string_view ns) {
  const std::scoped_lock lock(mutex_);
  FakeWatch& watch = watches_.emplace_back();
  watch.path_ = type.path(ns);
  return watch;
}

std::vector<SeenRequest> FakeTransport::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::vector<SeenRequest> FakeTransport::requests(std::string_view method) const {
  std::vector<SeenRequest> found = requests();
  std::erase_if(found, [&](const SeenRequest& request) { return request.method != method; });
  return found;
}

std::uint64_t FakeTransport::start(kube::HttpRequest request, kube::Credential,
                                   std::shared_ptr<kube::ResponseSink> sink) {
  const SeenRequest seen = take_apart(request);
  std::uint64_t id = 0;
  FakeWatch* watch = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    id = ++last_id_;
    requests_.push_back(seen);
    if (seen.parameter("watch") == "true") watch = watch_for(seen);
  }
  if (watch != nullptr) {
    start_watch(*watch, seen, id, std::move(sink));
  } else {
    answer(seen, request, *sink);
  }
  return id;
}

FakeWatch* FakeTransport::watch_for(const SeenRequest& request) {
  const auto found = std::find_if(watches_.begin(), watches_.end(),
                                  [&](const FakeWatch& watch) { return watch.path_ == request.path; });
  return found == watches_.end() ? nullptr : &*found;
}

void FakeTransport::start_watch(FakeWatch& watch, const SeenRequest& request, std::uint64_t id,
                                std::shared_ptr<kube::ResponseSink> sink) {
  std::optional<Reply> refusal;
  {
    const std::scoped_lock lock(watch.mutex_);
    watch.requests_.push_back(request);
    if (!watch.refusals_.empty()) {
      refusal = std::move(watch.refusals_.front());
      watch.refusals_.pop_front();
    }
  }
  if (refusal) {
    sink->on_head(refusal->status, refusal->headers);
    sink->on_body(refusal->body);
    sink->on_end(nullptr);
    return;
  }
  sink->on_head(200, {{"Content-Type", "application/json"}});
  const std::scoped_lock lock(watch.mutex_);
  watch.id_ = id;
  watch.sink_ = std::move(sink);
  watch.changed_.notify_all();
}

void FakeTransport::answer(const SeenRequest& seen, const kube::HttpRequest& request, kube::ResponseSink& sink) {
  Stub::Answer found;
  bool known = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto stub =
        std::find_if(stubs_.begin(), stubs_.end(), [&](const Stub& candidate) { return candidate.matches(seen); });
    known = stub != stubs_.end() && !stub->answers_.empty();
    if (known) {
      const auto next = static_cast<std::size_t>(stub->uses_++);
      found = stub->answers_[std::min(next, stub->answers_.size() - 1)];
    } else {
      unexpected_.push_back(seen.line());
    }
  }
  if (!known) {
    const kube::TransportFailure failure{.kind = kube::TransportFailure::Kind::other,
                                         .message = "the test has no stub for " + seen.line()};
    return sink.on_end(&failure);
  }
  if (found.times_out) {
    if (request.timeout.count() == 0) FAIL_CHECK("a request without a time-out would hang: " << seen.line());
    clock_.advance(request.timeout);
  }
  if (found.failure) return sink.on_end(&*found.failure);
  const Reply reply = found.make(seen);
  sink.on_head(reply.status, reply.headers);
  if (!reply.body.empty()) sink.on_body(reply.body);
  sink.on_end(nullptr);
}

void FakeTransport::cancel(std::uint64_t id) {
  std::shared_ptr<kube::ResponseSink> sink;
  {
    const std::scoped_lock lock(mutex_);
    for (FakeWatch& watch : watches_) {
      const std::scoped_lock watch_lock(watch.mutex_);
      if (watch.id_ == id) sink = std::exchange(watch.sink_, nullptr);
    }
  }
  if (sink == nullptr) return;
  const kube::TransportFailure failure{.kind = kube::TransportFailure::Kind::cancelled, .message = "cancelled"};
  sink->on_end(&failure);
}

Json status_json(int code, std::string_view reason, std::string_view message, std::string_view name,
                 std::string_view kind) {
  Json status = Json::object();
  status["kind"] = "Status";
  status["apiVersion"] = "v1";
  status["metadata"] = Json::object();
  status["status"] = "Failure";
  status["message"] = message;
  status["reason"] = reason;
  status["details"] = Json::object();
  if (!name.empty()) status["details"]["name"] = name;
  if (!kind.empty()) status["details"]["kind"] = kind;
  status["code"] = code;
  return status;
}

Json list_json(const kube::ResourceType& type, const std::vector<Json>& items, std::string_view resource_version,
               std::string_view continue_token) {
  Json list = Json::object();
  list["kind"] = std::string(type.kind) + "List";
  list["apiVersion"] = type.api_version();
  list["metadata"]["resourceVersion"] = resource_version;
  if (!continue_token.empty()) list["metadata"]["continue"] = continue_token;
  list["items"] = items;
  return list;
}

Json object_json(const kube::ResourceType& type, std::string_view ns, std::string_view name,
                 std::string_view resource_version) {
  Json object = Json::object();
  object["apiVersion"] = type.api_version();
  object["kind"] = type.kind;
  object["metadata"]["name"] = name;
  if (!ns.empty()) object["metadata"]["namespace"] = ns;
  object["metadata"]["uid"] = fmt::format("uid-of-{}", name);
  object["metadata"]["resourceVersion"] = resource_version;
  return object;
}

FakeCluster::FakeCluster(kube::ClientConfig config, std::stop_token stop)
    : transport_(std::make_shared<FakeTransport>(clock_)), config_(std::move(config)) {
  if (config_.server.empty()) config_.server = "https://fake.example:6443";
  client_ = make_client(std::move(stop));
}

std::unique_ptr<kube::Client> FakeCluster::make_client(std::stop_token stop) {
  const auto collect = [this](std::vector<std::string>& lines) {
    return [this, &lines](std::string_view line) {
      const std::scoped_lock lock(mutex_);
      lines.emplace_back(line);
    };
  };
  return std::make_unique<kube::Client>(config_,
                                        kube::ClientOptions{.transport = transport_,
                                                            .credentials = std::make_shared<StaticCredentials>(),
                                                            .clock = &clock_,
                                                            .stop = std::move(stop),
                                                            .on_warning = collect(warnings_),
                                                            .trace = collect(trace_)});
}

std::vector<std::string> FakeCluster::warnings() const {
  const std::scoped_lock lock(mutex_);
  return warnings_;
}

std::vector<std::string> FakeCluster::trace() const {
  const std::scoped_lock lock(mutex_);
  return trace_;
}

}  // namespace dba::test
