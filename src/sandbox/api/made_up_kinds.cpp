#include "api/made_up_kinds.hpp"

#include <nlohmann/json.hpp>

#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

Access access_of(const Json& review) {
  const Json* const asked = codec::find_at(review, {"spec", "resourceAttributes"});
  if (asked == nullptr) {
    return {.verb = codec::string_at(review, {"spec", "nonResourceAttributes", "verb"}),
            .path = codec::string_at(review, {"spec", "nonResourceAttributes", "path"})};
  }
  return {.verb = codec::string_at(*asked, {"verb"}),
          .group = codec::string_at(*asked, {"group"}),
          .resource = codec::string_at(*asked, {"resource"}),
          .subresource = codec::string_at(*asked, {"subresource"}),
          .name = codec::string_at(*asked, {"name"}),
          .ns = codec::string_at(*asked, {"namespace"})};
}

Json access_answer(const Decision& decision) {
  Json answer{{"allowed", decision.allowed}};
  if (!decision.reason.empty()) answer["reason"] = decision.reason;
  return answer;
}

Json user_answer(const User& user) { return {{"userInfo", {{"username", user.name}, {"groups", user.groups}}}}; }

void check_access_review(const Json& review) {
  if (codec::find_at(review, {"spec", "resourceAttributes"}) != nullptr) return;
  if (codec::find_at(review, {"spec", "nonResourceAttributes"}) != nullptr) return;
  throw invalid("authorization.k8s.io", "", "",
                {invalid_value("spec.resourceAttributes", Json(),
                               "exactly one of nonResourceAttributes or resourceAttributes must be specified")});
}

Json names_of(const Resource& row) {
  Json names = {{"plural", row.plural}, {"singular", row.singular}};
  if (!row.short_names.empty()) names["shortNames"] = row.short_names;
  names["kind"] = row.kind;
  names["listKind"] = row.kind + "List";
  if (!row.categories.empty()) names["categories"] = row.categories;
  return names;
}

Json version_of(const Resource& row) {
  Json schema =
      row.schema == nullptr ? Json{{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}} : *row.schema;
  Json version = {
      {"name", row.version}, {"served", true}, {"storage", true}, {"schema", {{"openAPIV3Schema", std::move(schema)}}}};
  if (row.has_subresource("status")) version["subresources"] = {{"status", Json::object()}};
  for (const PrinterColumn& column : row.columns) {
    Json written = {{"name", column.name}, {"type", column.type}};
    if (column.priority > 0) written["priority"] = column.priority;
    written["jsonPath"] = column.path;
    version["additionalPrinterColumns"].push_back(std::move(written));
  }
  return version;
}

Json condition(std::string_view type, std::string_view reason, std::string_view message, std::string_view since) {
  return {{"type", type}, {"status", "True"}, {"lastTransitionTime", since}, {"reason", reason}, {"message", message}};
}

Json definition_of(const Resource& row, std::string_view created) {
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", row.qualified()}, {"generation", 1}, {"creationTimestamp", created}}},
          {"spec",
           {{"group", row.group},
            {"names", names_of(row)},
            {"scope", row.namespaced ? "Namespaced" : "Cluster"},
            {"versions", Json::array({version_of(row)})},
            {"conversion", {{"strategy", "None"}}}}},
          {"status",
           {{"conditions",
             {condition("NamesAccepted", "NoConflicts", "no conflicts found", created),
              condition("Established", "InitialNamesAccepted", "the initial names have been accepted", created)}},
            {"acceptedNames", names_of(row)},
            {"storedVersions", {row.version}}}}};
}

}  // namespace

std::optional<Json> answer_review(const Resource& type, const Json& review, const User& user,
                                  const Authorizer& authorizer, std::string_view now) {
  Json answer = review;
  Json& metadata = child_object(answer, "metadata");
  if (type.kind == "SelfSubjectAccessReview") {
    check_access_review(review);
    answer["status"] = access_answer(authorizer.decide(user, access_of(review)));
  } else if (type.kind == "SelfSubjectRulesReview") {
    answer["status"] = authorizer.rules_of(user, codec::string_at(review, {"spec", "namespace"}));
  } else if (type.kind == "SelfSubjectReview") {
    metadata["creationTimestamp"] = now;
    answer["status"] = user_answer(user);
  } else {
    return std::nullopt;
  }
  return answer;
}

std::vector<Json> resource_definitions(std::string_view created) {
  std::vector<Json> definitions;
  for (const Resource& row : resources()) {
    if (row.custom) definitions.push_back(definition_of(row, created));
  }
  return definitions;
}

}  // namespace dba::sandbox::api
