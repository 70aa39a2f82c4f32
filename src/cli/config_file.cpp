#include "config_file.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/platform/files.hpp"

#include "values.hpp"

namespace dba::cli {

namespace {

constexpr std::string_view kVariablePrefix = "KUBECTL_DBA_";

/// Every flag of the tree by name; flags of the same name are one flag to a default.
using FlagNames = std::map<std::string, const Flag*, std::less<>>;

void collect_flags(const Command& command, FlagNames& all) {
  for (const Flag& flag : command.flags) all.emplace(flag.name, &flag);
  for (const Command& child : command.commands) collect_flags(child, all);
}

void collect_flags_named(const Command& command, std::string_view name, std::vector<const Flag*>& all) {
  for (const Flag& flag : command.flags) {
    if (flag.name == name) all.push_back(&flag);
  }
  for (const Command& child : command.commands) collect_flags_named(child, name, all);
}

/// The first value the flag cannot take; empty when it takes all of them.
std::string values_problem(const Flag& flag, const std::vector<std::string>& values) {
  const std::string place = fmt::format("--{}: ", flag.name);
  for (const std::string& value : values) {
    const std::string problem = store_default(flag, value);
    if (!problem.empty()) return problem.starts_with(place) ? problem.substr(place.size()) : problem;
  }
  return {};
}

/// Why no default can be set for that flag; empty when it can.
std::string refusal(const FlagNames& flags, const std::string& name) {
  const auto found = flags.find(name);
  if (found != flags.end()) {
    return found->second->typed_only ? fmt::format("--{} counts only when it is typed", name) : "";
  }
  std::vector<std::string> names;
  for (const auto& [known, flag] : flags) names.push_back(known);
  const std::vector<std::string> near = close_matches(name, names);
  return fmt::format("no command has a flag --{}{}", name,
                     near.empty() ? "" : fmt::format("; did you mean {}?", near.front()));
}

void read_environment(const platform::Environment& environment, const FlagNames& flags, Settings& settings) {
  for (const auto& [name, value] : environment.all()) {
    if (!name.starts_with(kVariablePrefix) || value.empty()) continue;
    std::string flag = to_lower(std::string_view(name).substr(kVariablePrefix.size()));
    std::replace(flag.begin(), flag.end(), '_', '-');
    const std::string why_not = refusal(flags, flag);
    if (why_not.empty()) {
      settings.defaults.push_back({.flag = std::move(flag), .values = {value}, .source = "$" + name});
    } else {
      settings.remarks.push_back(fmt::format("${} is ignored: {}", name, why_not));
    }
  }
}

std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return std::nullopt;
}

class FileReader {
 public:
  FileReader(const codec::Document& document, const FlagNames& flags, Settings& settings)
      : document_(document), flags_(flags), settings_(settings) {}

  void read() {
    each_key("", document_.value(), [this](const std::string& key, const Json& value) {
      if (key == "defaults") {
        each_key(key, value, [this](const std::string& flag, const Json& text) { read_default(flag, text); });
      } else if (key == "protected") {
        each_key(key, value, [this](const std::string& kind, const Json& globs) { read_protected(kind, globs); });
      } else {
        unknown_key(key, key, {"defaults", "protected"});
      }
    });
    problems_.throw_if_any("the configuration file is wrong");
  }

 private:
  using Visit = std::function<void(const std::string& key, const Json& value)>;

  std::string place(const std::string& path) const {
    return fmt::format("{}:{}", settings_.file, std::max(1, document_.line_of(path)));
  }

  void each_key(const std::string& path, const Json& value, const Visit& visit) {
    if (value.is_null()) return;
    if (!value.is_object()) return problems_.add(place(path), (path.empty() ? "it" : path) + " must be a mapping");
    for (const auto& [key, inner] : value.items()) visit(key, inner);
  }

  void unknown_key(const std::string& path, const std::string& key, const std::vector<std::string>& known) {
    const std::vector<std::string> near = close_matches(key, known);
    problems_.add(place(path), fmt::format("unknown key \"{}\"{}", key,
                                           near.empty() ? ", expected " + english_list(known, "or")
                                                        : fmt::format("; did you mean {}?", near.front())));
  }

  void read_default(const std::string& flag, const Json& value) {
    const std::string path = "defaults." + flag;
    if (flag == "true" || flag == "false") {
      return problems_.add(place(path), fmt::format("YAML reads this key as {}; a flag of such a name, like --yes, "
                                                    "counts only when it is typed",
                                                    flag));
    }
    const std::string why_not = refusal(flags_, flag);
    if (!why_not.empty()) return problems_.add(place(path), why_not);
    settings_.defaults.push_back({.flag = flag, .values = texts(path, value), .source = place(path)});
  }

  void read_protected(const std::string& kind, const Json& value) {
    const std::string path = "protected." + kind;
    if (kind == "contexts") {
      settings_.protected_contexts = texts(path, value);
    } else if (kind == "namespaces") {
      settings_.protected_namespaces = texts(path, value);
    } else {
      unknown_key(path, kind, {"contexts", "namespaces"});
    }
  }

  /// One value, or a list of values.
  std::vector<std::string> texts(const std::string& path, const Json& value) {
    std::vector<std::string> all;
    const std::vector<Json> items = value.is_array() ? value.get<std::vector<Json>>() : std::vector<Json>{value};
    for (const Json& item : items) {
      const std::optional<std::string> text = scalar_text(item);
      if (!text) {
        problems_.add(place(path), fmt::format("{} must be a value or a list of values", path));
        return {};
      }
      all.push_back(*text);
    }
    return all;
  }

  const codec::Document& document_;
  const FlagNames& flags_;
  Settings& settings_;
  Problems problems_{};
};

std::string config_path(const platform::Environment& environment) {
  const std::string home = environment.get("HOME");
  const std::string base = environment.get("XDG_CONFIG_HOME", home.empty() ? "" : home + "/.config");
  return base.empty() ? "" : base + "/kubectl-dba/config.yaml";
}

void read_file(const FlagNames& flags, Settings& settings) {
  const std::optional<std::string> text = platform::read_file_if_exists(settings.file);
  settings.file_exists = text.has_value();
  if (!text) return;
  const std::vector<codec::Document> documents = codec::parse_documents(*text, settings.file);
  if (documents.size() > 1) throw usage_error(settings.file + ": one document was expected, not several");
  if (!documents.empty()) FileReader(documents.front(), flags, settings).read();
}

}  // namespace

Settings load_settings(const platform::Environment& environment, const Command& root) {
  FlagNames flags;
  collect_flags(root, flags);
  Settings settings{.file = config_path(environment)};
  read_environment(environment, flags, settings);
  if (settings.file.empty()) return settings;
  try {
    read_file(flags, settings);
  } catch (const Error& error) {
    settings.problem = error;
  }
  return settings;
}

std::string default_problem(const Command& root, const FlagDefault& given) {
  std::vector<const Flag*> flags;
  collect_flags_named(root, given.flag, flags);
  std::string first;
  for (const Flag* flag : flags) {
    const std::string problem = values_problem(*flag, given.values);
    // A flag means the same everywhere, but what it can be may differ (-o): there one command that has it is enough.
    if (problem.empty() && flag->check_default) return {};
    if (first.empty()) first = problem;
  }
  return first;
}

std::string variable_of(std::string_view flag) {
  std::string name(kVariablePrefix);
  for (const char c : flag) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

}  // namespace dba::cli
