#include "command_line.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "dba/base/text.hpp"

namespace dba::cli {

namespace {

const Flag* find_letter(const std::vector<const Command*>& path, char letter) {
  const std::vector<const Command*> owners = flag_owners(path);
  for (auto command = owners.rbegin(); command != owners.rend(); ++command) {
    for (const Flag& flag : (*command)->flags) {
      if (flag.letter != 0 && flag.letter == letter) return &flag;
    }
  }
  return nullptr;
}

class Reader {
 public:
  Reader(const Command& root, std::span<const std::string> words) : words_(words) { line_.path.push_back(&root); }

  CommandLine read() {
    while (at_ < words_.size() && !line_.unknown_command) step(words_[at_++]);
    return std::move(line_);
  }

 private:
  void step(const std::string& word) {
    if (line_.only_positionals) {
      line_.positionals.push_back(word);
    } else if (word == "--") {
      line_.only_positionals = true;
    } else if (word.starts_with("--")) {
      read_long(word);
    } else if (word.size() > 1 && word.front() == '-') {
      read_letters(word);
    } else {
      read_plain(word);
    }
  }

  void read_plain(const std::string& word) {
    const Command& here = line_.command();
    const Command* child = line_.positionals.empty() && !has_own_flags(here) ? find_command(here, word) : nullptr;
    if (child != nullptr) {
      line_.path.push_back(child);
      line_.only_positionals = child->raw_arguments;
      if (here.run) hand_flags_on();
    } else if (!here.commands.empty() && here.arguments.empty()) {
      line_.unknown_command = word;
    } else {
      line_.positionals.push_back(word);
    }
  }

  /// Behind a flag of a command that runs itself, a word is its argument and no command below it.
  bool has_own_flags(const Command& here) const {
    return here.run && std::ranges::any_of(line_.flags, [&here](const GivenFlag& given) {
             return std::ranges::any_of(here.flags, [&given](const Flag& flag) { return &flag == given.flag; });
           });
  }

  /// Flags typed before "issuer" of "generate issuer" were read as those of generate; now it is the other command that
  /// has them, or nobody.
  void hand_flags_on() {
    std::vector<GivenFlag> kept;
    for (const GivenFlag& given : line_.flags) {
      if (const Flag* taker = find_flag(line_.path, given.flag->name)) {
        kept.push_back({.flag = taker, .value = given.value});
      } else {
        line_.unknown_flags.push_back("--" + given.flag->name);
      }
    }
    line_.flags = std::move(kept);
  }

  void read_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Flag* flag = find_flag(line_.path, name);
    if (name == "help") {
      line_.help = true;
    } else if (flag == nullptr) {
      skip_unknown(word.substr(0, equals), equals != std::string::npos);
    } else if (equals != std::string::npos) {
      give(*flag, word.substr(equals + 1));
    } else if (flag->is_switch()) {
      give(*flag, "true");
    } else {
      take_next(*flag);
    }
  }

  /// "-qA", "-nvalue", "-n=value", "-n value", "-qn value"
  void read_letters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Flag* flag = find_letter(line_.path, word[i]);
      const std::string rest = word.substr(i + 1);
      if (word[i] == 'h' && flag == nullptr) {
        line_.help = true;
      } else if (flag == nullptr) {
        return line_.unknown_flags.push_back(std::string("-") + word[i]);
      } else if (!rest.empty() && rest.front() == '=') {
        return give(*flag, rest.substr(1));
      } else if (flag->is_switch()) {
        give(*flag, "true");
      } else if (!rest.empty()) {
        return give(*flag, rest);
      } else {
        return take_next(*flag);
      }
    }
  }

  void give(const Flag& flag, std::string value) { line_.flags.push_back({.flag = &flag, .value = std::move(value)}); }

  void take_next(const Flag& flag) {
    if (at_ == words_.size()) {
      line_.pending = &flag;
    } else if (is_known_flag(words_[at_])) {
      line_.without_value.push_back(&flag);
    } else {
      give(flag, words_[at_++]);
    }
  }

  /// "--storage --wait" has lost the value of --storage; "--storage -1" and "--file -" have not.
  bool is_known_flag(const std::string& word) const {
    if (!word.starts_with("--")) return false;
    return word == "--" || find_flag(line_.path, std::string_view(word).substr(2, word.find('=') - 2)) != nullptr;
  }

  /// What follows an unknown flag is its value when the flag that was probably meant takes one; taking it for a name
  /// would add a problem that is none.
  void skip_unknown(const std::string& typed, bool has_value) {
    line_.unknown_flags.push_back(typed);
    const std::vector<std::string> near = close_flags(line_.path, typed);
    const Flag* meant = near.empty() ? nullptr : find_flag(line_.path, std::string_view(near.front()).substr(2));
    const bool value_follows = at_ < words_.size() && !words_[at_].starts_with('-');
    if (!has_value && meant != nullptr && !meant->is_switch() && value_follows) ++at_;
  }

  std::span<const std::string> words_;
  std::size_t at_ = 0;
  CommandLine line_{};
};

}  // namespace

CommandLine read_words(const Command& root, std::span<const std::string> words) { return Reader(root, words).read(); }

void add_defaults(CommandLine& line, std::span<const FlagDefault> defaults) {
  for (const FlagDefault& given : defaults) {
    const Flag* flag = find_flag(line.path, given.flag);
    const auto is_this = [flag](const GivenFlag& other) { return other.flag == flag; };
    if (flag == nullptr || flag->typed_only || std::ranges::any_of(line.flags, is_this)) continue;
    for (const std::string& value : given.values) {
      line.flags.push_back({.flag = flag, .value = value, .source = given.source});
    }
  }
}

std::vector<const Command*> flag_owners(const std::vector<const Command*>& path) {
  std::vector<const Command*> owners;
  for (const Command* command : path) {
    if (!command->run || command == path.back()) owners.push_back(command);
  }
  return owners;
}

const Flag* find_flag(const std::vector<const Command*>& path, std::string_view name) {
  const std::vector<const Command*> owners = flag_owners(path);
  for (auto command = owners.rbegin(); command != owners.rend(); ++command) {
    for (const Flag& flag : (*command)->flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

const Command* find_command(const Command& parent, std::string_view name) {
  for (const Command& child : parent.commands) {
    if (child.name == name || std::ranges::find(child.aliases, name) != child.aliases.end()) return &child;
  }
  return nullptr;
}

std::optional<std::string> find_value(const CommandLine& line, std::string_view flag) {
  const auto last = std::find_if(line.flags.rbegin(), line.flags.rend(),
                                 [&](const GivenFlag& given) { return given.flag->name == flag; });
  return last == line.flags.rend() ? std::nullopt : std::optional(last->value);
}

std::vector<std::string> close_flags(const std::vector<const Command*>& path, std::string_view typed) {
  std::vector<std::string> names;
  for (const Command* command : flag_owners(path)) {
    for (const Flag& flag : command->flags) {
      if (!flag.hidden) names.push_back(flag.name);
    }
  }
  names.emplace_back("help");
  std::vector<std::string> near = close_matches(typed.substr(std::min(typed.size(), std::size_t{2})), names);
  for (std::string& name : near) name.insert(0, "--");
  return near;
}

}  // namespace dba::cli
