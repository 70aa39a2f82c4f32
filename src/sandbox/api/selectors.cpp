#include "api/selectors.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

struct Selectable {
  std::string_view kind, paths;
};
/// @source kube-apiserver's field label conversions
constexpr Selectable kSelectable[] = {
    {"Pod",
     "spec.nodeName,spec.restartPolicy,spec.schedulerName,spec.serviceAccountName,spec.hostNetwork,status.phase,"
     "status.podIP,status.nominatedNodeName"},
    {"Event",
     "involvedObject.kind,involvedObject.namespace,involvedObject.name,involvedObject.uid,involvedObject.apiVersion,"
     "involvedObject.resourceVersion,involvedObject.fieldPath,reason,reportingComponent,source,type"},
    {"Secret", "type"},
    {"Namespace", "status.phase"},
    {"Node", "spec.unschedulable"},
    {"Service", "spec.clusterIP,spec.type"},
    {"ReplicaSet", "status.replicas"},
    {"Job", "status.successful"},
};

bool is_selectable(const Resource& type, std::string_view path) {
  if (path == "metadata.name" || (path == "metadata.namespace" && type.namespaced)) return true;
  if (type.custom) return false;
  for (const Selectable& row : kSelectable) {
    if (row.kind != type.kind) continue;
    const std::vector<std::string> paths = split(row.paths, ',');
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  }
  return false;
}

/// Kinds without fields of their own to select by say so in other words.
std::string not_selectable(const Resource& type, const std::string& path) {
  const bool plain = std::none_of(std::begin(kSelectable), std::end(kSelectable),
                                  [&](const Selectable& row) { return row.kind == type.kind; });
  if (type.custom || !plain) return "field label not supported: " + path;
  return fmt::format("\"{}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", path);
}

std::string value_text(const Json* value) {
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? value->get<std::string>() : value->dump();
}

std::string field_text(const Json& object, std::string_view path) {
  const Json* at = &object;
  for (const std::string& step : split(path, '.')) {
    at = member(*at, step);
    if (at == nullptr) return {};
  }
  if (path == "source" && at->is_object()) return codec::string_at(*at, {"component"});
  return value_text(at);
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    plain += text[at];
  }
  return plain;
}

/// At commas that no backslash protects.
std::vector<std::string> split_terms(std::string_view text) {
  std::vector<std::string> terms(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ',') {
      terms.emplace_back();
      continue;
    }
    terms.back() += text[at];
    if (text[at] == '\\' && at + 1 < text.size()) terms.back() += text[++at];
  }
  return terms;
}

FieldRequirement parse_term(const std::string& term) {
  struct Sign {
    std::string_view text;
    bool equal;
  };
  static constexpr std::array kSigns{Sign{"!=", false}, Sign{"==", true}, Sign{"=", true}};
  std::size_t first = std::string::npos;
  const Sign* sign = nullptr;
  for (const Sign& one : kSigns) {
    const std::size_t found = term.find(one.text);
    if (found < first) {
      first = found;
      sign = &one;
    }
  }
  if (sign == nullptr) throw bad_request(fmt::format("invalid selector: '{0}'; can't understand '{0}'", term));
  return {term.substr(0, first), unescape(std::string_view(term).substr(first + sign->text.size())), sign->equal};
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool holds(const LabelRequirement& requirement, const std::string* value) {
  using Operator = LabelRequirement::Operator;
  const auto& values = requirement.values;
  const bool listed = value != nullptr && std::find(values.begin(), values.end(), *value) != values.end();
  switch (requirement.op) {
    case Operator::equal:
    case Operator::in:
      return listed;
    case Operator::not_equal:
    case Operator::not_in:
      return !listed;
    case Operator::exists:
      return value != nullptr;
    case Operator::missing:
      return value == nullptr;
    case Operator::greater:
    case Operator::less: {
      const auto limit = number(values.front());
      const auto given = value == nullptr ? std::nullopt : number(*value);
      if (!limit || !given) return false;
      return requirement.op == Operator::greater ? *given > *limit : *given < *limit;
    }
  }
  return false;
}

}  // namespace

std::vector<FieldRequirement> parse_field_selector(const Resource& type, std::string_view text) {
  std::vector<FieldRequirement> requirements;
  for (const std::string& term : split_terms(text)) {
    if (term.empty()) continue;
    requirements.push_back(parse_term(term));
    if (!is_selectable(type, requirements.back().path)) {
      throw bad_request(not_selectable(type, requirements.back().path));
    }
  }
  return requirements;
}

Filter::Filter(const Resource& type, const Selectors& selectors)
    : labels_(parse_label_selector(selectors.labels)), fields_(parse_field_selector(type, selectors.fields)) {}

bool Filter::matches(const Json& object) const {
  if (!labels_.empty()) {
    const Json* labels = codec::find_at(object, {"metadata", "labels"});
    for (const LabelRequirement& requirement : labels_) {
      const Json* label = labels == nullptr ? nullptr : member(*labels, requirement.key);
      const std::string value = value_text(label);
      if (!holds(requirement, label == nullptr ? nullptr : &value)) return false;
    }
  }
  return std::all_of(fields_.begin(), fields_.end(), [&](const FieldRequirement& requirement) {
    return (field_text(object, requirement.path) == requirement.value) == requirement.equal;
  });
}

}  // namespace dba::sandbox::api
