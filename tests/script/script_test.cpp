#include "script/script.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include "script/text.hpp"

using dba::script::count_matches;
using dba::script::parse_script;
using dba::script::Script;

TEST_CASE("a script is comments with lines, then files") {
  const Script script = parse_script(
      "# First\n"
      "# thing\n"
      "exec one 'two words' a'b''c'$X\n"
      "\n"
      "# Second\n"
      "[exec:kubectl] [!env:Y] ! stdout .\n"
      "-- a/b.txt --\n"
      "# not a comment\n"
      "text\n"
      "-- empty --\n");
  REQUIRE(script.phases.size() == 3);
  CHECK(script.phases[1].title == "First thing");
  const auto& words = script.phases[1].lines.at(0).words;
  REQUIRE(words.size() == 4);
  CHECK(words[2].pieces.at(0).text == "two words");
  REQUIRE(words[3].pieces.size() == 3);
  CHECK(words[3].pieces[1].text == "b'c");
  CHECK(words[3].pieces[1].literal);
  CHECK(!words[3].pieces[2].literal);
  const auto& line = script.phases[2].lines.at(0);
  CHECK(line.number == 6);
  CHECK(line.negated);
  CHECK(line.conditions == std::vector<std::string>{"exec:kubectl", "!env:Y"});
  REQUIRE(script.files.size() == 2);
  CHECK(script.files[0].name == "a/b.txt");
  CHECK(script.files[0].content == "# not a comment\ntext\n");
  CHECK(script.files[1].content.empty());
}

TEST_CASE("a script that cannot be read says where") {
  CHECK_THROWS_WITH(parse_script("exec 'x\n"), "line 1: unfinished quote");
  CHECK_THROWS_WITH(parse_script("\n[exec:x exec y\n"), "line 2: unfinished condition");
  CHECK_THROWS_WITH(parse_script("[exec:x]\n"), "line 1: a command is missing");
  CHECK_THROWS_WITH(parse_script("-- ../x --\n"), "line 1: file name \"../x\" leaves the work folder");
}

TEST_CASE("patterns see lines") {
  CHECK(count_matches("^b", "a\nb\nbb\n") == 2);
  CHECK(count_matches("a.b", "a\nb") == 0);
  CHECK(count_matches("b$", "ab\nb") == 2);
  CHECK(count_matches("x", "aaa") == 0);
  CHECK(count_matches("^", "") == 1);
  CHECK(count_matches(dba::script::escape_pattern("a.b*"), "a.b* axb*") == 1);
  CHECK_THROWS_AS(count_matches("(", "x"), std::runtime_error);
}
