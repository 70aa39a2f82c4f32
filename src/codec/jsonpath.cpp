#include <cstddef>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/paths.hpp"

#include "json_writer.hpp"
#include "jsonpath_ast.hpp"
#include "jsonpath_walk.hpp"
#include "numbers.hpp"

namespace dba::codec {

namespace {

using jsonpath::Segment;
using jsonpath::Step;
using jsonpath::Values;
using jsonpath::WalkError;

bool is_word(const Segment& segment, std::string_view word) {
  return !segment.steps.empty() && segment.steps.front().kind == Step::Kind::identifier &&
         segment.steps.front().name == word;
}

/// What to do with the text between actions and with the values of each action.
struct Sink {
  std::function<void(const std::string&)> text;
  std::function<void(const Values&)> values;
};

/// Goes through a template, around its ranges as often as they have values.
class Run {
 public:
  Run(const jsonpath::Template& segments, const Sink& sink) : segments_(segments), sink_(sink) {}

  void start(const Json& object) { run(0, object, 0); }

 private:
  /// Runs the block that starts at `index`, up to its {end}. @return the segment behind it.
  std::size_t run(std::size_t index, const Json& object, std::size_t depth) {
    constexpr std::size_t kDeepestRange = 64;
    if (depth > kDeepestRange) throw WalkError("ranges are nested too deeply");
    while (index < segments_.size()) {
      const Segment& segment = segments_[index];
      if (segment.is_text) {
        sink_.text(segment.text);
      } else if (is_word(segment, "end")) {
        if (depth == 0) throw WalkError("not in range, nothing to end");
        return index + 1;
      } else if (is_word(segment, "range")) {
        index = run_range(index, object, depth);
        continue;
      } else {
        sink_.values(jsonpath::walk(segment.steps, {&object}));
      }
      ++index;
    }
    return index;
  }

  std::size_t run_range(std::size_t index, const Json& object, std::size_t depth) {
    const jsonpath::Steps path(segments_[index].steps.begin() + 1, segments_[index].steps.end());
    for (const Json* value : jsonpath::walk(path, {&object})) run(index + 1, *value, depth + 1);
    return skip_block(index + 1);
  }

  /// The segment behind the {end} that closes the block at `index`.
  std::size_t skip_block(std::size_t index) const {
    for (std::size_t open = 1; index < segments_.size(); ++index) {
      if (is_word(segments_[index], "range")) ++open;
      if (is_word(segments_[index], "end") && --open == 0) return index + 1;
    }
    return index;
  }

  const jsonpath::Template& segments_;
  const Sink& sink_;
};

std::string to_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return go_number(value.get<double>());
  return write_json(value, {.sorted = true, .escape_html = true});
}

/// `.a.b`, `a.b` and `{a.b}` all mean `{.a.b}`.
std::string add_braces(std::string_view text) {
  const std::string_view whole = text;
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  if (text.starts_with('.')) text.remove_prefix(1);
  if (whole.empty()) return "";
  if (text.empty() || text.find_first_of("{}") != std::string_view::npos) {
    throw usage_error(
        fmt::format("unexpected path string \"{}\", expected a 'name1.name2' or '.name1.name2' or "
                    "'{{name1.name2}}' or '{{.name1.name2}}'",
                    whole));
  }
  return fmt::format("{{.{}}}", text);
}

}  // namespace

struct JsonPath::Impl {
  std::string text;
  jsonpath::Template segments;

  void run(const Json& object, const Sink& sink) const {
    try {
      Run(segments, sink).start(object);
    } catch (const WalkError& failure) {
      throw usage_error(
          fmt::format("error executing jsonpath \"{}\": Error executing template: {}", text, failure.what()));
    }
  }
};

JsonPath::JsonPath(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonPath::JsonPath(JsonPath&&) noexcept = default;
JsonPath& JsonPath::operator=(JsonPath&&) noexcept = default;
JsonPath::~JsonPath() = default;

JsonPath JsonPath::parse(std::string_view text, Braces braces) {
  std::string whole = braces == Braces::optional ? add_braces(text) : std::string(text);
  jsonpath::Template segments = jsonpath::parse_template(whole);
  return JsonPath(std::make_unique<Impl>(Impl{.text = std::move(whole), .segments = std::move(segments)}));
}

std::string JsonPath::render(const Json& object) const {
  std::string out;
  const Sink sink{.text = [&](const std::string& text) { out += text; },
                  .values =
                      [&](const Values& values) {
                        for (std::size_t i = 0; i < values.size(); ++i)
                          out += (i == 0 ? "" : " ") + to_text(*values[i]);
                      }};
  impl_->run(object, sink);
  return out;
}

std::vector<Json> JsonPath::find(const Json& object) const {
  std::vector<Json> found;
  const Sink sink{.text = [](const std::string&) {},
                  .values =
                      [&](const Values& values) {
                        for (const Json* value : values) found.push_back(*value);
                      }};
  impl_->run(object, sink);
  return found;
}

}  // namespace dba::codec
