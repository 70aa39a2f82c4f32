#include "answers.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::kube {

namespace {

/// "a Status (no such page)", "a MSSQLServer of kubedb.com/v1", "a JSON object without kind"
std::string what_it_is(const Json& answer) {
  const std::string kind = codec::string_at(answer, {"kind"});
  if (kind.empty()) return "a JSON object without a kind";
  if (kind != "Status") return fmt::format("a {} of {}", kind, codec::string_at(answer, {"apiVersion"}));
  const std::string message = codec::string_at(answer, {"message"});
  return message.empty() ? "a Status" : fmt::format("a Status ({})", message);
}

bool is_status(const Json& answer) { return codec::string_at(answer, {"kind"}) == "Status"; }

Json parse_object(const Response& response, const Operation& operation) {
  std::string problem = "the answer is not a JSON object";
  try {
    Json object = codec::parse_json(response.body, "the answer");
    if (object.is_object()) return object;
  } catch (const Error& error) {
    problem = error.info().message;
  }
  throw foreign_answer(std::move(problem), operation);
}

void check_object(const Json& answer, const Operation& operation, const ResourceType& type) {
  const bool right_kind =
      codec::string_at(answer, {"apiVersion"}) == type.api_version() && codec::string_at(answer, {"kind"}) == type.kind;
  if (!right_kind) {
    throw foreign_answer(
        fmt::format("the answer is {}, not a {} of {}", what_it_is(answer), type.kind, type.api_version()), operation);
  }
  const std::string name = codec::name_of(answer);
  if (!operation.name.empty() && name != operation.name) {
    throw foreign_answer(fmt::format("the answer is the {} \"{}\", not \"{}\"", type.kind, name, operation.name),
                         operation);
  }
}

bool is_of_kind(const Json& item, const ResourceType& type) {
  const std::string kind = codec::string_at(item, {"kind"});
  return kind.empty() || kind == type.kind || kind == "PartialObjectMetadata";
}

}  // namespace

ApiError foreign_answer(std::string problem, const Operation& operation) {
  return make_api_error(
      {.kind = TransportFailure::Kind::foreign, .message = std::move(problem), .request_may_have_arrived = true},
      operation);
}

Json read_answer(const Response& response, const Operation& operation) {
  Json answer = parse_object(response, operation);
  if (is_status(answer) && codec::string_at(answer, {"status"}) != "Success") {
    throw foreign_answer(fmt::format("the answer is HTTP {} with {}", response.status, what_it_is(answer)), operation);
  }
  return answer;
}

Json read_object(const Response& response, const Operation& operation, const ResourceType& type) {
  Json answer = parse_object(response, operation);
  check_object(answer, operation, type);
  return answer;
}

Json read_deletion(const Response& response, const Operation& operation, const ResourceType& type) {
  Json answer = read_answer(response, operation);
  if (!is_status(answer)) check_object(answer, operation, type);
  return answer;
}

ListPage read_list(std::string body, const Operation& operation) {
  ListPage page;
  try {
    page = split_list_page(std::move(body));
  } catch (const Error& error) {
    throw foreign_answer(error.info().message, operation);
  }
  if (!page.kind.ends_with("List")) {
    throw foreign_answer(page.kind.empty() ? "the answer is a JSON object without a kind, not a list"
                                           : fmt::format("the answer is a {}, not a list", page.kind),
                         operation);
  }
  if (!page.has_items) throw foreign_answer(fmt::format("the {} has no items", page.kind), operation);
  return page;
}

Json item_of(const ResourceType& type, Json&& object, std::string_view verb) {
  const auto refused = [&](std::string problem) {
    return foreign_answer(std::move(problem), {.verb = std::string(verb), .resource = type.qualified()});
  };
  if (!object.is_object()) throw refused("an item of the answer is not a JSON object");
  if (!is_of_kind(object, type)) throw refused(fmt::format("an item of the answer is {}", what_it_is(object)));
  if (codec::name_of(object).empty()) throw refused("an item of the answer has no name");
  Json item = Json::object();
  item["apiVersion"] = type.api_version();
  item["kind"] = type.kind;
  for (auto& [key, value] : object.get_ref<Json::object_t&>()) {
    if (key != "apiVersion" && key != "kind") item[key] = std::move(value);
  }
  return item;
}

Json parse_item(const ResourceType& type, std::string_view text) {
  Json item;
  try {
    item = codec::parse_json(text, "an item of the answer");
  } catch (const Error& error) {
    throw foreign_answer(error.info().message, {.verb = "list", .resource = type.qualified()});
  }
  return item_of(type, std::move(item));
}

}  // namespace dba::kube
