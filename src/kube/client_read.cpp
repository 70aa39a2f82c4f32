#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "answers.hpp"
#include "client_impl.hpp"
#include "unanswered.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kMetadataOfList =
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

}  // namespace

std::string field_equals(std::string_view field, std::string_view value) {
  std::string text = std::string(field) + "=";
  for (const char c : value) {
    if (c == '\\' || c == ',' || c == '=') text += '\\';
    text += c;
  }
  return text;
}

std::string object_path(const ResourceType& type, std::string_view ns, std::string_view name,
                        std::string_view subresource) {
  if (name.empty()) throw usage_error("resource name may not be empty");
  return type.path(ns, name, subresource);
}

std::string_view accept_header(const ListOptions& options) {
  return options.metadata_only ? kMetadataOfList : "application/json";
}

Response Client::Impl::get_response(const ResourceType& type, std::string_view ns, std::string_view name,
                                    const Operation& operation, const Call& call) {
  return exchange(request("GET", object_path(type, ns, name), {}), operation, call);
}

std::optional<Json> Client::Impl::find(const ResourceType& type, std::string_view ns, std::string_view name,
                                       const Call& call) {
  const Operation operation{
      .verb = "get", .resource = type.qualified(), .ns = std::string(ns), .name = std::string(name)};
  const Response response = get_response(type, ns, name, operation, call);
  if (response.status == 200) return read_object(response, operation, type);
  ApiError error = error_of(response, operation);
  if (error.kind() == ApiError::Kind::not_found) return std::nullopt;
  throw std::move(error);
}

Json Client::get(const ResourceType& type, std::string_view ns, std::string_view name) {
  const Operation operation{
      .verb = "get", .resource = type.qualified(), .ns = std::string(ns), .name = std::string(name)};
  const Response response = impl_->get_response(type, ns, name, operation, impl_->call());
  if (response.status != 200) throw impl_->error_of(response, operation);
  return read_object(response, operation, type);
}

std::optional<Json> Client::find(const ResourceType& type, std::string_view ns, std::string_view name) {
  return impl_->find(type, ns, name, impl_->call());
}

Query Client::Impl::list_query(const ListOptions& list) {
  Query query;
  query.set("labelSelector", list.label_selector).set("fieldSelector", list.field_selector);
  return query;
}

/// One list, page by page. The server makes the next page while one is read.
class Client::Impl::Pages {
 public:
  Pages(Impl& client, const ResourceType& type, std::string_view ns, const ListOptions& options, std::stop_token stop)
      : client_(client),
        path_(type.path(ns)),
        options_(options),
        stop_(std::move(stop)),
        limit_(options.chunk_size),
        operation_{.verb = "list", .resource = type.qualified(), .ns = std::string(ns)} {
    ask("");
  }

  /// The next page; absent when the list has expired and begins again in one piece.
  /// @throws ApiError for every other failure.
  std::optional<ListPage> next() {
    Response response = client_.exchange(request_, operation_, call_, std::move(pending_));
    if (response.status != 200) {
      ApiError error = client_.error_of(response, operation_);
      if (error.kind() != ApiError::Kind::expired || first_) throw std::move(error);
      client_.trace(fmt::format("The continue token expired, listing {} again in one piece", operation_.resource));
      limit_ = 0;
      first_ = true;
      ask("");
      return std::nullopt;
    }
    ListPage page = read_list(std::move(response.body), operation_);
    first_ = false;
    if (!page.continue_token.empty()) {
      ask(page.continue_token);
      pending_ = client_.begin(request_, operation_, call_);
    }
    return page;
  }

 private:
  void ask(const std::string& continue_token) {
    Query query = list_query(options_);
    if (limit_ > 0) query.set("limit", std::to_string(limit_));
    query.set("continue", continue_token);
    request_ = client_.request("GET", path_, std::move(query));
    request_.headers.front().second = accept_header(options_);
    call_ = client_.call(stop_);
  }

  Impl& client_;
  const std::string path_;
  const ListOptions& options_;
  const std::stop_token stop_;
  int limit_;
  const Operation operation_;
  HttpRequest request_;
  Call call_;
  std::unique_ptr<PendingExchange> pending_;
  bool first_ = true;
};

std::string Client::Impl::list_pages(const ResourceType& type, std::string_view ns, const ListOptions& list,
                                     const std::stop_token& stop, const std::function<void(const ListPage&)>& on_page,
                                     const std::function<void()>& on_restart) {
  Pages pages(*this, type, ns, list, stop);
  while (true) {
    const std::optional<ListPage> page = pages.next();
    if (!page) {
      if (on_restart) on_restart();
      continue;
    }
    on_page(*page);
    if (page->continue_token.empty()) return page->resource_version;
  }
}

std::string Client::list(const ResourceType& type, std::string_view ns, const ListOptions& options,
                         const std::function<void(Json&& item)>& on_item, const std::function<void()>& on_restart) {
  const auto hand_over = [&](const ListPage& page) {
    for (const ListPage::Span& span : page.items) on_item(parse_item(type, page.item(span)));
  };
  return impl_->list_pages(type, ns, options, impl_->options.stop, hand_over, on_restart);
}

std::vector<Json> Client::list(const ResourceType& type, std::string_view ns, const ListOptions& options) {
  std::vector<Json> items;
  list(
      type, ns, options, [&](Json&& item) { items.push_back(std::move(item)); }, [&] { items.clear(); });
  return items;
}

Json Client::raw_get(std::string_view path) {
  const Operation operation{.verb = "get", .resource = std::string(path)};
  const Response response =
      impl_->expect_success(impl_->request("GET", std::string(path), {}), operation, impl_->call());
  return read_answer(response, operation);
}

std::optional<WallTime> Client::server_time() {
  const Operation operation{.verb = "get", .resource = "/version"};
  return parse_http_date(
      impl_->expect_success(impl_->request("GET", "/version", {}), operation, impl_->call()).header("Date"));
}

bool Client::api_installed(std::string_view group, std::string_view version) {
  const std::string path = group.empty() ? fmt::format("/api/{}", version) : fmt::format("/apis/{}/{}", group, version);
  const Operation operation{.verb = "get", .resource = path};
  const Response response = impl_->exchange(impl_->request("GET", path, {}), operation, impl_->call());
  if (response.status == 200) {
    const Json answer = read_answer(response, operation);
    if (codec::string_at(answer, {"kind"}) == "APIResourceList") return true;
    throw foreign_answer("the answer is not an APIResourceList", operation);
  }
  ApiError error = impl_->error_of(response, operation);
  if (error.kind() == ApiError::Kind::api_missing || error.kind() == ApiError::Kind::not_found) return false;
  throw std::move(error);
}

bool Client::may(const AccessCheck& check, std::string* reason) {
  Json attributes = Json::object();
  const std::pair<std::string_view, std::string_view> fields[] = {{"namespace", check.ns},
                                                                  {"verb", check.verb},
                                                                  {"group", check.group},
                                                                  {"resource", check.resource},
                                                                  {"subresource", check.subresource},
                                                                  {"name", check.name}};
  for (const auto& [field, value] : fields) {
    if (!value.empty()) attributes[std::string(field)] = value;
  }
  const ResourceType& type = resources::selfsubjectaccessreviews;
  Json review = Json::object();
  review["apiVersion"] = type.api_version();
  review["kind"] = type.kind;
  review["spec"]["resourceAttributes"] = std::move(attributes);
  const Operation operation{.verb = "create", .resource = type.qualified(), .changes_nothing = true};
  const Response response = impl_->expect_success(
      impl_->request_with_body("POST", type.path(""), {}, "application/json", review), operation, impl_->call());
  const Json answer = read_object(response, operation, type);
  if (reason != nullptr) *reason = codec::string_at(answer, {"status", "reason"});
  return codec::bool_at(answer, {"status", "allowed"});
}

}  // namespace dba::kube
