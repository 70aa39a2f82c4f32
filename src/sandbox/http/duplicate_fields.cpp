#include "http/duplicate_fields.hpp"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dba::sandbox::http {

namespace {

/// Walks along with the parser and remembers the path and, per open object, the keys seen.
class Walker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::string> found{};

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }

  bool start_object(std::size_t) override {
    levels_.push_back({.is_object = true});
    return true;
  }
  bool start_array(std::size_t) override {
    levels_.push_back({});
    return true;
  }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.key = name;
    if (!level.seen.insert(name).second) found.push_back(path());
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  struct Level {
    bool is_object = false;
    std::string key{};
    std::size_t index = 0;
    std::set<std::string> seen{};
  };
  std::vector<Level> levels_{};

  bool value() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }
  bool end() {
    levels_.pop_back();
    return value();
  }
  std::string path() const {
    std::string text;
    for (const Level& level : levels_) {
      if (!level.is_object) {
        text += fmt::format("[{}]", level.index);
      } else {
        text += text.empty() ? level.key : "." + level.key;
      }
    }
    return text;
  }
};

}  // namespace

std::vector<std::string> duplicate_fields(std::string_view text) {
  Walker walker;
  nlohmann::json::sax_parse(text, &walker);
  return walker.found;
}

}  // namespace dba::sandbox::http
