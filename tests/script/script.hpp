#pragma once
// A test script: a txtar archive whose comment is a list of commands, a strict subset of testscript's language. This
// file only reads it; runner.hpp runs it. The commands are described in tests/script/README.md.

#include <string>
#include <string_view>
#include <vector>

namespace dba::script {

/// One argument of a line: pieces in single quotes are literal, in the others $NAME and ${NAME} are replaced.
struct Word {
  struct Piece {
    std::string text{};
    bool literal = false;
  };
  std::vector<Piece> pieces{};
};

struct Line {
  int number = 0;                         ///< In the file, from 1.
  std::string text{};                     ///< As written.
  std::vector<std::string> conditions{};  ///< "exec:kubectl", "!env:NAME": the line runs when all of them hold.
  bool negated = false;                   ///< Written with "! " in front.
  std::vector<Word> words{};              ///< The command and its arguments.
};

/// The lines after one comment; the comment is its title.
struct Phase {
  std::string title{};
  std::vector<Line> lines{};
};

struct File {
  std::string name{};
  std::string content{};
};

struct Script {
  std::vector<Phase> phases{};
  std::vector<File> files{};
};

/// @throws std::runtime_error "line N: …" for an unfinished quote or condition, or a file name that leaves the folder.
Script parse_script(std::string_view text);

}  // namespace dba::script
