#include "yaml_tree.hpp"

#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "dba/base/text.hpp"
#include "dba/base/utf8.hpp"

#include "yaml_source.hpp"

namespace dba::codec {

namespace {

/// A stream over text that stays where it is.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) : text_(text) {
    setg(text_.data(), text_.data(), text_.data() + text_.size());
  }

 private:
  std::string text_;
};

/// yaml-cpp turns the escapes \N and \_ into the single bytes 85 and A0. The source was valid UTF-8, so a stray byte
/// can be nothing else.
std::string mend_escapes(const std::string& text) {
  if (is_valid_utf8(text)) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    append_utf8(out, point.value);
    at += point.length;
  }
  return out;
}

class Composer : public YAML::EventHandler {
 public:
  explicit Composer(std::size_t first_line) : first_line_(first_line) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode::Kind::scalar, mark, "?", anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    nodes_[add(YamlNode::Kind::alias, mark, "", YAML::NullAnchor)].target = anchors_.at(anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    nodes_[add(YamlNode::Kind::scalar, mark, tag, anchor)].text = mend_escapes(value);
    last_scalar_ = static_cast<std::size_t>(mark.pos);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back(add(YamlNode::Kind::sequence, mark, tag, anchor));
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back(add(YamlNode::Kind::mapping, mark, tag, anchor));
  }
  void OnMapEnd() override { open_.pop_back(); }

  YamlTree take() { return std::move(nodes_); }

  /// Where the last scalar starts, in bytes and lines.
  std::size_t last_scalar() const { return last_scalar_; }
  std::size_t last_line() const { return nodes_.empty() ? first_line_ : nodes_.back().line; }

 private:
  std::size_t add(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const std::size_t index = nodes_.size();
    nodes_.push_back({.kind = kind, .tag = tag, .line = first_line_ + static_cast<std::size_t>(mark.line)});
    if (!open_.empty()) nodes_[open_.back()].children.push_back(index);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = index;
    return index;
  }

  std::size_t first_line_;
  std::size_t last_scalar_ = 0;
  YamlTree nodes_;
  std::vector<std::size_t> open_;  ///< Collections that have begun and not ended.
  std::map<YAML::anchor_t, std::size_t> anchors_;
};

/// yaml-cpp passes over directives that it does not know, and with them over text that was meant to be content.
void check_directives(std::string_view text, std::size_t line) {
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string row = trim(text.substr(at, end - at));
    const bool directive = text[at] == '%';
    if (directive && !row.starts_with("%YAML ")) throw YamlFailure(line, "found unknown directive name");
    if (!directive && !row.empty() && row.front() != '#') return;
    at = end + 1;
  }
}

/// False when `tail`, the text from the last scalar on, is a quoted string that does not end: yaml-cpp lets it pass
/// when nothing but blanks follows.
bool is_closed(std::string_view tail) {
  while (!tail.empty() && (tail.front() == '!' || tail.front() == '&')) {
    tail.remove_prefix(std::min(tail.find_first_of(" \t\n"), tail.size()));
    tail.remove_prefix(std::min(tail.find_first_not_of(" \t\n"), tail.size()));
  }
  if (tail.empty() || (tail.front() != '"' && tail.front() != '\'')) return true;
  for (std::size_t at = 1; at < tail.size(); ++at) {
    if (tail[at] == tail.front()) return true;
    if (tail[at] == '\\' && tail.front() == '"') ++at;
  }
  return false;
}

YamlTree parse(std::string_view text, std::size_t first_line) {
  TextBuffer buffer(text);
  std::istream in(&buffer);
  Composer composer(first_line);
  try {
    YAML::Parser parser(in);
    parser.HandleNextDocument(composer);
    // A second document cannot be: "---" lines were cut away before. What is left was not understood.
    if (parser) throw YamlFailure(first_line, "unexpected text after the end of the document");
    if (!is_closed(text.substr(composer.last_scalar()))) {
      throw YamlFailure(composer.last_line(), "found unexpected end of stream in a quoted string");
    }
  } catch (const YAML::Exception& failure) {
    const std::size_t offset = failure.mark.line < 0 ? 0 : static_cast<std::size_t>(failure.mark.line);
    throw YamlFailure(first_line + offset, failure.msg);
  }
  return composer.take();
}

}  // namespace

YamlTree compose_yaml(std::string_view text, std::size_t first_line) {
  check_directives(text, first_line);
  return parse(text, first_line);
}

}  // namespace dba::codec
