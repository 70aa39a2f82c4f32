#include "api/metadata_checks.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "api/json_values.hpp"
#include "api/refusals.hpp"

namespace dba::sandbox::api {

namespace {

constexpr std::string_view kSubdomainText =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))";
constexpr std::string_view kLabelText =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kKeyNameText =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kKeyText =
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. "
    "'example.com/MyName')";
constexpr std::string_view kLabelValueText =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kConfigKeyText =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool is_lower_label(std::string_view text) {
  return !text.empty() && is_lower(text.front()) && is_lower(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || c == '-'; });
}

bool is_label_word(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_subdomain(std::string_view text) {
  const std::vector<std::string> labels = split(text, '.');
  return !labels.empty() && !text.ends_with('.') &&
         std::all_of(labels.begin(), labels.end(), [](const std::string& label) { return is_lower_label(label); });
}

std::string too_many_characters(std::size_t most) { return fmt::format("must be no more than {} characters", most); }
std::string too_many_bytes(std::size_t most) { return fmt::format("must be no more than {} bytes", most); }

/// Of the keys of labels and annotations and of finalizers: [prefix/]name.
std::vector<std::string> qualified_name_faults(std::string_view key) {
  if (std::count(key.begin(), key.end(), '/') > 1) return {std::string(kKeyText)};
  std::vector<std::string> faults;
  std::string_view name = key;
  if (const std::size_t slash = key.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    name = key.substr(slash + 1);
    if (prefix.empty()) {
      faults.emplace_back("prefix part must be non-empty");
    } else if (!is_subdomain(prefix)) {
      faults.push_back(fmt::format("prefix part {}", kSubdomainText));
    }
  }
  if (name.empty()) faults.emplace_back("name part must be non-empty");
  if (name.size() > 63) faults.push_back("name part " + too_many_bytes(63));
  if (!is_label_word(name)) faults.emplace_back(kKeyNameText);
  return faults;
}

void check_keys(const Json& map, std::string_view field, std::vector<Cause>& causes) {
  for (const auto& [key, value] : map.items()) {
    const std::string judged = field == "metadata.annotations" ? to_lower(key) : key;
    for (const std::string& fault : qualified_name_faults(judged)) {
      causes.push_back(invalid_value(std::string(field), key, fault));
    }
    if (field == "metadata.annotations" || !value.is_string()) continue;
    const std::string text = value.get<std::string>();
    if (text.size() > 63) causes.push_back(invalid_value(std::string(field), text, too_many_bytes(63)));
    if (!text.empty() && !is_label_word(text)) {
      causes.push_back(invalid_value(std::string(field), text, kLabelValueText));
    }
  }
}

void check_controllers(const Json& owners, std::vector<Cause>& causes) {
  std::vector<std::string> controllers;
  for (const Json& owner : owners) {
    if (!codec::bool_at(owner, {"controller"})) continue;
    controllers.push_back(codec::string_at(owner, {"kind"}) + "/" + codec::string_at(owner, {"name"}));
  }
  if (controllers.size() < 2) return;
  causes.push_back(invalid_value(
      "metadata.ownerReferences", owners,
      fmt::format("Only one reference can have Controller set to true. Found \"true\" in references for {} and {}",
                  controllers[0], controllers[1])));
}

void check_owners(const Json& owners, std::vector<Cause>& causes) {
  for (const Json& owner : owners) {
    const auto need = [&](const char* field, std::string_view text) {
      if (codec::string_at(owner, {field}).empty()) {
        causes.push_back(invalid_value(fmt::format("metadata.ownerReferences.{}", field), "", text));
      }
    };
    need("apiVersion", "version must not be empty");
    need("kind", "must not be empty");
    need("name", "must not be empty");
    need("uid", "must not be empty");
  }
  check_controllers(owners, causes);
}

/// Of the kinds that are the API server's own. @source k8s.io/kubernetes core validation, ValidateFinalizerName
void check_standard_finalizers(const std::vector<std::string>& finalizers, std::vector<Cause>& causes) {
  constexpr std::array<std::string_view, 3> kStandard{"kubernetes", "orphan", "foregroundDeletion"};
  for (std::size_t at = 0; at < finalizers.size(); ++at) {
    if (finalizers[at].find('/') != std::string::npos || std::ranges::count(kStandard, finalizers[at]) > 0) continue;
    causes.push_back(invalid_value(fmt::format("metadata.finalizers[{}]", at), finalizers[at],
                                   "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

std::string name_fault(const Resource& type, std::string_view name) {
  if (type.group == "rbac.authorization.k8s.io") {
    return name.find_first_of("/%") == std::string_view::npos ? "" : "may not contain '/'";
  }
  const bool is_label = type.group.empty() && (type.kind == "Namespace" || type.kind == "Service");
  if (is_label && name.find('.') != std::string_view::npos) return "must not contain dots";
  return is_label ? dns_label_fault(name) : dns_subdomain_fault(name);
}

}  // namespace

std::string dns_subdomain_fault(std::string_view name) {
  if (name.size() > 253) return too_many_characters(253);
  return is_subdomain(name) ? std::string() : std::string(kSubdomainText);
}

std::string dns_label_fault(std::string_view name) {
  if (name.size() > 63) return too_many_characters(63);
  return is_lower_label(name) ? std::string() : std::string(kLabelText);
}

std::string config_key_fault(std::string_view key) {
  if (key.size() > 253) return too_many_bytes(253);
  const bool fine = !key.empty() && std::all_of(key.begin(), key.end(),
                                                [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
  return fine ? std::string() : std::string(kConfigKeyText);
}

std::vector<Cause> check_metadata(const Resource& type, const Json& object) {
  std::vector<Cause> causes;
  const std::string name = codec::name_of(object);
  if (name.empty()) {
    causes.push_back(required_value("metadata.name", "name or generateName is required"));
  } else if (const std::string fault = name_fault(type, name); !fault.empty()) {
    causes.push_back(invalid_value("metadata.name", name, fault));
  }
  const Json* metadata = member(object, "metadata");
  if (metadata == nullptr) return causes;
  if (const Json* labels = member(*metadata, "labels"); labels != nullptr) {
    check_keys(*labels, "metadata.labels", causes);
  }
  if (const Json* annotations = member(*metadata, "annotations"); annotations != nullptr) {
    check_keys(*annotations, "metadata.annotations", causes);
  }
  if (const Json* owners = member(*metadata, "ownerReferences"); owners != nullptr) check_owners(*owners, causes);
  for (const std::string& finalizer : finalizers_of(object)) {
    for (const std::string& fault : qualified_name_faults(finalizer)) {
      causes.push_back(invalid_value("metadata.finalizers", finalizer, fault));
    }
  }
  if (!type.custom) check_standard_finalizers(finalizers_of(object), causes);
  return causes;
}

std::vector<Cause> check_metadata_update(const Json& old, const Json& object) {
  std::vector<Cause> causes;
  if (is_terminating(old)) {
    const std::vector<std::string> before = finalizers_of(old);
    std::vector<std::string> added;
    for (const std::string& one : finalizers_of(object)) {
      if (std::find(before.begin(), before.end(), one) == before.end()) added.push_back(Json(one).dump());
    }
    if (!added.empty()) {
      causes.push_back(forbidden_field(
          "metadata.finalizers",
          fmt::format(
              "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
              join(added, ", "))));
    }
  }
  if (codec::uid_of(old) != codec::uid_of(object)) {
    causes.push_back(invalid_value("metadata.uid", codec::uid_of(object), "field is immutable"));
  }
  return causes;
}

}  // namespace dba::sandbox::api
