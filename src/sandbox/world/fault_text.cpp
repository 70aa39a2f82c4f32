// How a fault is written: NAME [TARGET] [key=value…], and as JSON.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "world/faults.hpp"

namespace dba::sandbox::world {

namespace {

constexpr std::string_view kHint = "kubectl dba sandbox fault list";
const std::vector<std::string> kCommonKeys{"after", "for", "times", "probability", "delay"};

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto near = close_matches(word, known);
  return near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near.front());
}

bool is_ordinal(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_member(std::string_view text) { return is_ordinal(text) || text == "primary" || text == "secondaries"; }

FaultTarget parse_target(const std::string& text, Problems& problems) {
  const auto parts = split(text, '/');
  FaultTarget target;
  if (parts.size() == 3) {
    target = {parts[0], parts[1], parts[2]};
  } else if (parts.size() == 2 && is_member(parts[1])) {
    target = {"", parts[0], parts[1]};
  } else if (parts.size() == 2) {
    target = {parts[0], parts[1], ""};
  } else if (parts.size() == 1) {
    target = {"", parts[0], ""};
  } else {
    problems.add("target", fmt::format("\"{}\" has {} parts; write [namespace/]db[/ordinal|/primary|/secondaries]",
                                       text, parts.size()));
    return target;
  }
  if (const auto problem = dns_label_problem(target.database); !problem.empty()) problems.add("target", problem);
  if (parts.size() > 1 && target.database != parts[0]) {
    if (const auto problem = dns_label_problem(target.ns); !problem.empty()) problems.add("target", problem);
  }
  if (parts.size() == 3 && !is_member(target.member)) {
    problems.add("target", fmt::format("\"{}\" is no member; write an ordinal, primary or secondaries", target.member));
  }
  return target;
}

std::chrono::nanoseconds parse_span(std::string_view key, const std::string& value, Problems& problems) {
  const auto parsed = try_parse_duration(value);
  if (parsed && *parsed >= std::chrono::nanoseconds(0)) return *parsed;
  problems.add(key, fmt::format("\"{}\" is not a duration; write 500ms or 10s", value));
  return {};
}

template <typename Number>
std::optional<Number> number_of(const std::string& text) {
  Number parsed{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return parsed;
}

int parse_times(const std::string& value, Problems& problems) {
  const auto parsed = number_of<int>(value);
  if (parsed && *parsed >= 1) return *parsed;
  problems.add("times", fmt::format("\"{}\" is not a number of times; write 1 or more", value));
  return 1;
}

double parse_probability(const std::string& value, Problems& problems) {
  const auto parsed = number_of<double>(value);
  if (parsed && *parsed >= 0 && *parsed <= 1) return *parsed;
  problems.add("probability", fmt::format("\"{}\" is not a probability; write a number from 0 to 1", value));
  return 1;
}

void take_setting(FaultRequest& request, const FaultKind* kind, const std::string& key, const std::string& value,
                  Problems& problems) {
  if (key == "after") {
    request.after = parse_span(key, value, problems);
  } else if (key == "for") {
    request.lasts = parse_span(key, value, problems);
  } else if (key == "delay") {
    request.delay = parse_span(key, value, problems);
  } else if (key == "times") {
    request.times = parse_times(value, problems);
  } else if (key == "probability") {
    request.probability = parse_probability(value, problems);
  } else if (kind == nullptr) {
    return;  // Which keys there are is known once the name is right.
  } else if (std::ranges::find(kind->keys, key) == kind->keys.end()) {
    const auto known = keys_of(kind);
    problems.add(key, fmt::format("{} has no such key{}", request.name, [&] {
                   const auto near = did_you_mean(key, known);
                   return near.empty() ? fmt::format("; it has {}", english_list(known)) : near;
                 }()));
  } else {
    request.settings.insert_or_assign(key, value);
  }
}

const FaultKind* take_name(const std::string& name, Problems& problems) {
  const auto* const kind = find_fault_kind(name);
  if (kind == nullptr) {
    std::vector<std::string> names;
    for (const auto& known : fault_kinds()) names.emplace_back(known.name);
    problems.add("", fmt::format("\"{}\" is not a fault{}", name, did_you_mean(name, names)));
  }
  return kind;
}

std::string span_text(std::chrono::nanoseconds span) { return format_duration(span); }

}  // namespace

std::vector<std::string> keys_of(const FaultKind* kind) {
  auto keys = kCommonKeys;
  if (kind != nullptr) keys.insert(keys.end(), kind->keys.begin(), kind->keys.end());
  return keys;
}

FaultRequest parse_fault(const std::vector<std::string>& words) {
  if (words.empty()) throw usage_error("no fault is named; write NAME [TARGET] [key=value…]", std::string(kHint));
  Problems problems;
  FaultRequest request;
  request.name = words.front();
  const auto* const kind = take_name(request.name, problems);
  bool has_target = false;
  std::vector<std::string> seen;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto& word = words[i];
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      if (has_target) problems.add("target", fmt::format("\"{}\" is a second one; set one fault for each", word));
      if (kind != nullptr && !kind->takes_target) problems.add("target", request.name + " concerns the whole world");
      if (!has_target) request.target = parse_target(word, problems);
      has_target = true;
      continue;
    }
    const auto key = word.substr(0, equals);
    if (std::ranges::find(seen, key) != seen.end()) problems.add(key, "is given twice");
    seen.push_back(key);
    take_setting(request, kind, key, word.substr(equals + 1), problems);
  }
  problems.throw_if_any(fmt::format("the fault \"{}\" cannot be set", join(words, " ")), ExitCode::usage,
                        std::string(kHint));
  return request;
}

FaultRequest parse_fault(std::string_view text) {
  std::vector<std::string> words;
  for (auto& word : split(text, ' ')) {
    if (auto trimmed = trim(word); !trimmed.empty()) words.push_back(std::move(trimmed));
  }
  return parse_fault(words);
}

std::string format_target(const FaultTarget& target) {
  if (target.database.empty()) return "";
  const std::string ns = target.ns.empty() ? "demo" : target.ns;
  return target.member.empty() ? ns + "/" + target.database : ns + "/" + target.database + "/" + target.member;
}

Json to_json(const FaultRequest& request) {
  Json object{{"name", request.name}};
  if (const auto target = format_target(request.target); !target.empty()) object["target"] = target;
  if (request.after) object["after"] = span_text(*request.after);
  if (request.lasts) object["for"] = span_text(*request.lasts);
  if (request.delay) object["delay"] = span_text(*request.delay);
  if (request.times) object["times"] = *request.times;
  if (request.probability < 1) object["probability"] = request.probability;
  if (!request.settings.empty()) object["settings"] = request.settings;
  return object;
}

Json to_json(const Fault& fault, platform::SteadyTime now) {
  Json object{{"id", fault.id}};
  object.update(to_json(fault.request));
  const bool waiting = fault.begins > now;
  object["state"] = waiting ? "waiting" : "active";
  if (waiting) object["beginsIn"] = span_text(fault.begins - now);
  if (fault.ends) object["endsIn"] = span_text(*fault.ends - now);
  object["struck"] = fault.struck;
  return object;
}

FaultRequest fault_request_from_json(const Json& object) {
  if (!object.is_object()) throw usage_error("a fault must be a JSON object with a name");
  std::vector<std::string> words{codec::string_at(object, {"name"})};
  if (const auto target = codec::string_at(object, {"target"}); !target.empty()) words.push_back(target);
  const auto add = [&words](const std::string& key, const Json& value) {
    words.push_back(key + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
  };
  for (const auto& [key, value] : object.items()) {
    if (key == "name" || key == "target") continue;
    if (key != "settings") {
      add(key, value);
      continue;
    }
    for (const auto& [own, setting] : value.items()) add(own, setting);
  }
  return parse_fault(words);
}

}  // namespace dba::sandbox::world
