#include "dba/base/text.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace dba;

using Strings = std::vector<std::string>;

TEST_CASE("lower case touches ASCII letters only") { CHECK(to_lower("AbZ@[\xC3\x84") == "abz@[\xC3\x84"); }

TEST_CASE("trim takes white space off both ends") {
  CHECK(trim(" \t\r\n a b \v\f") == "a b");
  CHECK(trim(" \n ") == "");
  CHECK(trim("") == "");
}

TEST_CASE("split keeps empty parts and gives nothing for nothing") {
  CHECK(split("a,,b", ',') == Strings{"a", "", "b"});
  CHECK(split(",", ',') == Strings{"", ""});
  CHECK(split("a", ',') == Strings{"a"});
  CHECK(split("", ',').empty());
}

TEST_CASE("join puts the separator between the parts") {
  CHECK(join(Strings{"a", "b", "c"}, ", ") == "a, b, c");
  CHECK(join(Strings{"", ""}, "-") == "-");
  CHECK(join(Strings{}, ", ") == "");
}

TEST_CASE("edit distance counts insertions, deletions, changes and swaps of neighbours") {
  struct Row {
    const char* a;
    const char* b;
    std::size_t distance;
  };
  for (const Row& row :
       {Row{"", "", 0}, Row{"abc", "", 3}, Row{"", "ab", 2}, Row{"scale", "scal", 1}, Row{"sacle", "scale", 1},
        Row{"ca", "abc", 3}, Row{"kitten", "sitting", 3}, Row{"ab", "ba", 1}, Row{"abcd", "badc", 2}}) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(edit_distance(row.a, row.b) == row.distance);
    CHECK(edit_distance(row.b, row.a) == row.distance);
  }
}

TEST_CASE("close matches come best first and are the same whatever the order of the candidates") {
  const Strings commands{"create", "delete", "list", "roles", "replicas", "failover", "failover-test"};
  CHECK(close_matches("creat", commands) == Strings{"create"});
  CHECK(close_matches("rolse", commands) == Strings{"roles"});
  CHECK(close_matches("fail", commands) == Strings{"failover", "failover-test"});
  CHECK(close_matches("LIST", commands) == Strings{"list"});
  CHECK(close_matches("lst", Strings{"lists", "list", "last", "list"}) == Strings{"last", "list", "lists"});
  CHECK(close_matches("lst", Strings{"list", "list", "last", "lists"}) == Strings{"last", "list", "lists"});
  CHECK(close_matches("xyz", commands).empty());
  CHECK(close_matches("", commands).empty());
  CHECK(close_matches("ab", Strings{"cd"}).empty());
}

TEST_CASE("width counts code points, and broken bytes as one each") {
  CHECK(display_width("l\xC3\xA4ngerer-name") == 13);
  CHECK(display_width("") == 0);
  CHECK(display_width("a\xFFz") == 3);
}

TEST_CASE("control characters become harmless text") {
  CHECK(neutralise_controls("\x1b[31mred\x1b[0m") == "^[[31mred^[[0m");
  CHECK(neutralise_controls(std::string("a\0b", 3)) == "a\\u0000b");
  CHECK(neutralise_controls("a\rb\nc\td\x07") == "a\\u000db\\u000ac\\u0009d\\u0007");
  CHECK(neutralise_controls("a\rb\nc\td", true) == "a\\u000db\nc\td");
  CHECK(neutralise_controls("\x7f") == "\\u007f");
  CHECK(neutralise_controls("\xC2\x9B"
                            "31m") == "\\u009b31m");
  CHECK(neutralise_controls("\xC2\xA0") == "\xC2\xA0");
  CHECK(neutralise_controls("a\xE2\x80\xAE"
                            "b\xE2\x81\xA6"
                            "c\xE2\x81\xA9") == "a\\u202eb\\u2066c\\u2069");
  CHECK(neutralise_controls("\x9B"
                            "31m\xFF") == "\\x9b31m\\xff");
  CHECK(neutralise_controls("\xC3\xA9 \xF0\x9F\x98\x80 \"quoted\" \\") == "\xC3\xA9 \xF0\x9F\x98\x80 \"quoted\" \\");
}

TEST_CASE("a word is quoted for the shell only when it has to be") {
  CHECK(shell_quote("mssqlserver/sales-0") == "mssqlserver/sales-0");
  CHECK(shell_quote("--for=phase=Ready") == "--for=phase=Ready");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("a b") == "'a b'");
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("$HOME") == "'$HOME'");
  CHECK(shell_quote("~x") == "'~x'");
  CHECK(shell_quote("a\nb") == "'a\nb'");
}

TEST_CASE("a list reads as English") {
  CHECK(english_list(Strings{}) == "");
  CHECK(english_list(Strings{"a"}) == "a");
  CHECK(english_list(Strings{"a", "b"}) == "a and b");
  CHECK(english_list(Strings{"a", "b", "c"}, "or") == "a, b or c");
}

TEST_CASE("DNS names are judged with the reason") {
  const std::string letters =
      "must consist of lower-case letters, digits and '-', and start and end with a letter or digit";
  CHECK(dns_label_problem("sales-0") == "");
  CHECK(dns_label_problem("0") == "");
  CHECK(dns_label_problem(std::string(63, 'a')) == "");
  CHECK(dns_label_problem("") == "must not be empty");
  CHECK(dns_label_problem(std::string(64, 'a')) == "must be no more than 63 characters (it has 64)");
  for (const char* name : {"Sales", "-a", "a-", "a.b", "a_b", "a b", "\xC3\xA4"}) {
    CAPTURE(name);
    CHECK(dns_label_problem(name) == letters);
  }
  const std::string dotted =
      "must consist of lower-case letters, digits, '-' and '.', and start and end with a letter or digit";
  CHECK(dns_subdomain_problem("a.b-c.d") == "");
  CHECK(dns_subdomain_problem("") == "must not be empty");
  CHECK(dns_subdomain_problem(std::string(254, 'a')) == "must be no more than 253 characters (it has 254)");
  for (const char* name : {".a", "a.", "a..b", "a.-b", "A", "."}) {
    CAPTURE(name);
    CHECK(dns_subdomain_problem(name) == dotted);
  }
}
