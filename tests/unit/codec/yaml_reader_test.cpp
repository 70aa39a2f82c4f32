#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/yaml.hpp"

#include "support/mutate.hpp"

using dba::Json;
using namespace dba::codec;

namespace {

/// The documents of a text as JSON lines; what was thrown instead, if anything.
std::string read(std::string_view text) {
  try {
    std::string out;
    for (const Document& document : parse_documents(text, "f.yaml")) out += compact_json(document.value()) + "\n";
    return out;
  } catch (const dba::Error& error) {
    CHECK(error.code() == dba::ExitCode::usage);
    return error.what();
  }
}

std::string failed(int line, std::string_view why) {
  return "error parsing f.yaml: error converting YAML to JSON: yaml: line " + std::to_string(line) + ": " +
         std::string(why);
}

}  // namespace

TEST_CASE("plain scalars mean what they mean to kubectl") {
  struct Row {
    std::string_view words;  ///< Separated by blanks; all of them read the same.
    std::string_view json;
  };
  for (const Row& row : {
           Row{"yes Yes YES y Y on On ON true True TRUE", "true"},
           Row{"no No NO n N off Off OFF false False FALSE", "false"},
           Row{"~ null Null NULL", "null"},
           Row{"0777 0o777", "511"},
           Row{"0x1F 0X1f", "31"},
           Row{"0b11", "3"},
           Row{"-0b11", "-3"},
           Row{"1_000 1__000 1e3 1.e3 1000.0", "1000"},
           Row{"+12 12.0 1.2e1", "12"},
           Row{"-0 0 00 0_", "0"},
           Row{".5 +.5 0.5 5e-1", "0.5"},
           Row{"08", "8"},
           Row{"9223372036854775807", "9223372036854775807"},
           Row{"-9223372036854775808", "-9223372036854775808"},
           Row{"12345678901234567890", "12345678901234567000"},
           Row{"-9223372036854775809", "-9223372036854776000"},
           Row{"1e-999", "0"},
           Row{"1:30", "\"1:30\""},
           Row{"2001-01-01", "\"2001-01-01\""},
           Row{"=", "\"=\""},
           Row{"<<", "\"<<\""},
           Row{"1e999", "\"1e999\""},
           Row{"0x1FFFFFFFFFFFFFFFFF", "\"0x1FFFFFFFFFFFFFFFFF\""},
           Row{"yEs", "\"yEs\""},
           Row{"1.2.3", "\"1.2.3\""},
           Row{".", "\".\""},
           Row{"10Gi", "\"10Gi\""},
           Row{"it's", "\"it's\""},
           Row{"_1", "\"_1\""},
       }) {
    std::size_t start = 0;
    while (start < row.words.size()) {
      const std::size_t end = std::min(row.words.find(' ', start), row.words.size());
      const std::string word(row.words.substr(start, end - start));
      CAPTURE(word);
      CHECK(read("a: " + word) == "{\"a\":" + std::string(row.json) + "}\n");
      CHECK(read("- " + word) == "[" + std::string(row.json) + "]\n");
      CHECK(read("[" + word + "]") == "[" + std::string(row.json) + "]\n");
      start = end + 1;
    }
  }
}

TEST_CASE("quoted scalars and blocks are text whatever they look like") {
  CHECK(read("a: \"012\"\nb: 'yes'\nc: |\n  1\nd: >-\n  null\n") ==
        "{\"a\":\"012\",\"b\":\"yes\",\"c\":\"1\\n\",\"d\":\"null\"}\n");
  CHECK(read("a:\nb: ''") == "{\"a\":null,\"b\":\"\"}\n");
}

TEST_CASE("block scalars keep, clip and strip their line breaks") {
  CHECK(read("a: |\n  x\n   y\n\n  z\nb: |-\n  x\n\nc: |+\n  x\n\nd: >\n  x\n  y\n\n  z\n") ==
        "{\"a\":\"x\\n y\\n\\nz\\n\",\"b\":\"x\",\"c\":\"x\\n\\n\",\"d\":\"x y\\nz\\n\"}\n");
}

TEST_CASE("escapes of double quotes are Unicode, all of them") {
  CHECK(read(R"(a: "\x41\u00e9\U0001F600\0\e\t\\\"")") ==
        "{\"a\":\"A\xC3\xA9\xF0\x9F\x98\x80\\u0000\\u001b\\t\\\\\\\"\"}\n");
  CHECK(read(R"(a: "é\N\_é\L\P")") == "{\"a\":\"é\xC2\x85\xC2\xA0é\xE2\x80\xA8\xE2\x80\xA9\"}\n");
}

TEST_CASE("keys are resolved first and become text then") {
  CHECK(read("y: 1") == "{\"true\":1}\n");
  CHECK(read("2: a\n1.5: b\n0x10: c\n.inf: d\n\"n\": e") == R"({"2":"a","1.5":"b","16":"c",".inf":"d","n":"e"})"
                                                            "\n");
  CHECK(read("? a\n: b") == "{\"a\":\"b\"}\n");
  CHECK(read("x: &k name\n*k : 1") == "{\"x\":\"name\",\"name\":1}\n");
  CHECK(read("~: x") == failed(1, "null cannot be a map key"));
  CHECK(read("a: 1\n[b]: x") == failed(2, "a map key must be a scalar"));
}

TEST_CASE("a key that stands twice in a map is refused with its line") {
  CHECK(read("spec:\n  d1: 1\n  d2: 1\n\n  d2: 2") == failed(5, "key \"d2\" already set in map"));
  CHECK(read("1: a\n\"1\": b") == failed(2, "key \"1\" already set in map"));
  CHECK(read("{a: 1,\n a: 2}") == failed(2, "key \"a\" already set in map"));
  CHECK(read("{\"a\": {\"b\": 1,\n \"b\": 2}}") == failed(2, "key \"a.b\" already set in map"));
  CHECK(read("a: {b: 1}\nc: {b: 2}") == "{\"a\":{\"b\":1},\"c\":{\"b\":2}}\n");
}

TEST_CASE("merge keys bring in other maps; what comes later wins, as in kubectl") {
  CHECK(read("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3") == R"({"a":{"b":1,"c":2},"d":{"b":1,"c":3}})"
                                                            "\n");
  CHECK(read("a: &x {b: 1}\nd:\n  b: 2\n  <<: *x") == R"({"a":{"b":1},"d":{"b":1}})"
                                                      "\n");
  CHECK(read("- &x {a: 1}\n- &z {a: 2, b: 3}\n- <<: [*x, *z]") == R"([{"a":1},{"a":2,"b":3},{"a":1,"b":3}])"
                                                                  "\n");
  CHECK(read("\"<<\": {a: 1}") == "{\"<<\":{\"a\":1}}\n");
  CHECK(read("a: 1\n<<: 1") == failed(2, "map merge requires map or sequence of maps as the value"));
  CHECK(read("<<: [1]") == failed(1, "map merge requires map or sequence of maps as the value"));
}

TEST_CASE("tags force a type or are refused when the text does not have it") {
  CHECK(read("a: !!str 12\nb: !!int \"12\"\nc: !!float 1\nd: !!bool \"yes\"\ne: !!null \"\"\nf: !!binary aGk=\ng: !own "
             "x") == R"({"a":"12","b":12,"c":1,"d":true,"e":null,"f":"hi","g":"x"})"
                     "\n");
  CHECK(read("a: 1\nb: !!int x") == failed(2, "cannot decode !!str `x` as a !!int"));
  CHECK(read("a: !!binary x") == failed(1, "!!binary value contains invalid base64 data"));
}

TEST_CASE("numbers that JSON does not have are refused") {
  CHECK(read("a: .inf") == failed(1, "json: unsupported value: +Inf"));
  CHECK(read("a: 1\nb: -.Inf") == failed(2, "json: unsupported value: -Inf"));
  CHECK(read("a: .nan") == failed(1, "json: unsupported value: NaN"));
}

TEST_CASE("several documents are read, empty ones and comments are skipped") {
  CHECK(read("a: 1\n---\nb: 2\n") == "{\"a\":1}\n{\"b\":2}\n");
  CHECK(read("---\n# nothing\n--- # comment\na: 1\n---\n\n---\nnull\n---\nb: 2\n...\n") == "{\"a\":1}\n{\"b\":2}\n");
  CHECK(read("") == "");
  CHECK(read("# only a comment") == "");
  CHECK(read("%YAML 1.1\n---\na: 1") == "{\"a\":1}\n");
  CHECK(read("a: |\n  x\n  ---\n  y\n") == "{\"a\":\"x\\n---\\ny\\n\"}\n");
}

TEST_CASE("text that belongs to no document is never dropped silently") {
  CHECK(read("a: 1\n---\n%x\nb: 1") == failed(3, "found unknown directive name"));
  CHECK(read("--- {a: 1}") == failed(1, "invalid document separator: {a: 1}"));
  CHECK(read("a: 1\n...\nb: 2") == failed(1, "unexpected text after the end of the document"));
  CHECK(read("\"a\" \"b\"") == failed(1, "unexpected text after the end of the document"));
}

TEST_CASE("JSON is read as JSON, also several values in a row") {
  CHECK(read("{\"a\":\"x\\/\\ud83d\\ude00\"}") == "{\"a\":\"x/\xF0\x9F\x98\x80\"}\n");
  CHECK(read("{\"a\":1}{\"b\":2}\n\n{\"c\":3}") == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
  CHECK(read("{\n\t\"a\": 1\n}") == "{\"a\":1}\n");
  CHECK(read("{\"a\": 1,\n \"b\": ]}") == failed(2, "syntax error"));
  CHECK(read("{\"a\": [1,\n") == failed(2, "unexpected end of input"));
}

TEST_CASE("a leading brace may also be the flow style of YAML") {
  CHECK(read("{a: 1, b: [x, 'y']}") == "{\"a\":1,\"b\":[\"x\",\"y\"]}\n");
  CHECK(read("{\"a\": 1}\n---\n{\"b\": 2}\n") == "{\"a\":1}\n{\"b\":2}\n");
}

TEST_CASE("lists of objects are flattened, nested ones too") {
  CHECK(read("kind: List\nitems:\n- {kind: A}\n- kind: BList\n  items: [{kind: B, m: 1}, {kind: B, m: 2}]\n") ==
        "{\"kind\":\"A\"}\n{\"kind\":\"B\",\"m\":1}\n{\"kind\":\"B\",\"m\":2}\n");
  CHECK(read("{\"kind\":\"PodList\",\"items\":[]}") == "");
  CHECK(read("kind: AllowList\nspec: {}") == "{\"kind\":\"AllowList\",\"spec\":{}}\n");
}

TEST_CASE("byte order marks, UTF-16 and foreign line ends are understood") {
  CHECK(read("\xEF\xBB\xBF"
             "a: 1\r\nb: |\r\n  x\r\n  y\r\n") == "{\"a\":1,\"b\":\"x\\ny\\n\"}\n");
  const auto utf16 = [](std::string_view ascii, bool big) {
    std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : ascii) out += big ? std::string{'\0', c} : std::string{c, '\0'};
    return out;
  };
  CHECK(read(utf16("a: 1\nb: x", false)) == "{\"a\":1,\"b\":\"x\"}\n");
  CHECK(read(utf16("{\"a\": 1}", true)) == "{\"a\":1}\n");
  const std::string smile(
      "\xFF\xFE"
      "a\0:\0 \0\x3D\xD8\x00\xDE",
      12);
  CHECK(read(smile) == "{\"a\":\"\xF0\x9F\x98\x80\"}\n");
  CHECK(read(std::string("\xFE\xFF\0", 3)) == failed(1, "incomplete UTF-16 character at the end"));
}

TEST_CASE("bytes that YAML forbids are refused with their line") {
  CHECK(read("a: 1\nb: x\xFFy") == failed(2, "invalid UTF-8"));
  CHECK(read(std::string("a: 1\n\nb: x\0y\nc: 1", 17)) == failed(3, "control characters are not allowed"));
  // yaml-cpp takes this character for the end of the file, and would drop the rest.
  CHECK(read("a: 1\n\x04\nb: 2") == failed(2, "control characters are not allowed"));
}

TEST_CASE("a string that does not end is refused wherever the file stops") {
  for (const char* text : {"a: \"", "a: '", "a: \"\n", "a: \"x\n\n  ", "é: é\nb: \"é", "a: !!str \"", "- 'it''s", "'''",
                           "a: \"\\\"", "[ \"", "a: &x '  \n"}) {
    CAPTURE(text);
    CHECK(read(text).starts_with("error parsing f.yaml: error converting YAML to JSON: yaml: line "));
  }
  CHECK(read("# ü\nb: \"é\"") == "{\"b\":\"é\"}\n");
  CHECK(read("a: 'it''s'") == "{\"a\":\"it's\"}\n");
  CHECK(read("a: \"x\" # \"") == "{\"a\":\"x\"}\n");
}

TEST_CASE("syntax errors name the source and the line") {
  for (const char* text : {"a: [1, 2", "a: {", "a: b: c", "a: @x", "a: `x", "a: *b", "a\nb: c", "a: - b", "\ta: 1"}) {
    CAPTURE(text);
    CHECK(read(text).starts_with("error parsing f.yaml: error converting YAML to JSON: yaml: line "));
  }
  CHECK(
      read("a: 1\n---\nb: 1\nc: [").starts_with("error parsing f.yaml: error converting YAML to JSON: yaml: line 4: "));
}

TEST_CASE("anchors may not contain themselves") {
  CHECK(read("a: &a [*a]") == failed(1, "an anchor's value contains itself"));
  CHECK(read("a: &a\n  b: *a") == failed(1, "an anchor's value contains itself"));
  CHECK(read("a: &a\n  <<: *a") == failed(1, "an anchor's value contains itself"));
}

TEST_CASE("files that grow without bound when aliases are followed are refused") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 1; j < 10; ++j) laughs += ", " + last;
    laughs += "]\n";
  }
  CHECK(read(laughs).ends_with("document contains excessive aliasing or is too large"));
  std::string heavy = "a: &a " + std::string(1 << 20, 'x') + "\nb: [*a";
  for (int i = 0; i < 100; ++i) heavy += ", *a";
  CHECK(read(heavy + "]").ends_with("document contains excessive aliasing or is too large"));
}

TEST_CASE("nesting beyond a limit is refused, not run into") {
  CHECK_FALSE(read(std::string(100000, '[')).empty());
  CHECK_FALSE(read(std::string(100000, '{')).empty());
  std::string dashes;
  for (int i = 0; i < 20000; ++i) dashes += "- ";
  CHECK(read(dashes).starts_with("error parsing"));
  std::string chain = "- &a0 [x]\n";
  for (int i = 1; i < 3000; ++i) chain += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(read(chain).ends_with("nested too deeply"));
}

TEST_CASE("every field knows its line, and unknown ones the line of the nearest parent") {
  const auto documents = parse_documents(
      "# first\napiVersion: v1\nspec:\n  replicas: 3\n  tls:\n    certificates:\n    - alias: a\n      x: 1\n    -\n"
      "      alias: b\n  inline:\n    mssql.conf: |\n      [sql]\n---\nkind: B\n",
      "f.yaml");
  REQUIRE(documents.size() == 2);
  const Document& first = documents[0];
  CHECK(first.line_of("") == 2);
  CHECK(first.line_of("apiVersion") == 2);
  CHECK(first.line_of("spec") == 3);
  CHECK(first.line_of("spec.replicas") == 4);
  CHECK(first.line_of("spec.tls.certificates[0].alias") == 7);
  CHECK(first.line_of("spec.tls.certificates[0].x") == 8);
  CHECK(first.line_of("spec.tls.certificates[1].alias") == 10);
  CHECK(first.line_of("spec.tls.certificates[7].alias") == 6);
  CHECK(first.line_of("spec.version") == 3);
  CHECK(first.line_of("spec.inline[mssql.conf]") == 12);
  CHECK(first.line_of("nope") == 2);
  CHECK(documents[1].line_of("kind") == 15);
}

TEST_CASE("lines of JSON fields and of list items are known as well") {
  const auto documents = parse_documents(
      "{\"kind\": \"List\",\n \"items\": [\n  {\"kind\": \"A\",\n   \"spec\": {\"x\": [{\n     \"y\": 1}]}},\n  "
      "{\"kind\": \"B\"}]}",
      "f.json");
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].line_of("kind") == 3);
  CHECK(documents[0].line_of("spec.x[0].y") == 5);
  CHECK(documents[1].line_of("kind") == 6);
  CHECK(Document().line_of("spec") == 0);
}

TEST_CASE("a value of --set is a flow value, and everything else is one plain scalar") {
  struct Row {
    const char* text;
    const char* json;
  };
  for (const Row& row : {
           Row{"3", "3"},
           Row{"yes", "true"},
           Row{"", "null"},
           Row{"null", "null"},
           Row{" text ", "\"text\""},
           Row{"10Gi", "\"10Gi\""},
           Row{"a,b: c #d", "\"a,b: c #d\""},
           Row{"- x", "\"- x\""},
           Row{"*x", "\"*x\""},
           Row{"|", "\"|\""},
           Row{"%x", "\"%x\""},
           Row{"[a, 1, 'yes']", R"(["a",1,"yes"])"},
           Row{"{x: 1, v: [z]}", R"({"x":1,"v":["z"]})"},
           Row{"\"3\"", "\"3\""},
           Row{"'it''s'", "\"it's\""},
           Row{"''", "\"\""},
       }) {
    CAPTURE(row.text);
    CHECK(compact_json(parse_flow_value(row.text, "x")) == row.json);
  }
  for (const char* text : {"[a", "{", "'x", "\"", "\"a\" b", "[a] b", "x\x01y", ".inf", "{a: 1, a: 2}", "\"a\": b",
                           "{a: 1}: b", "'", "\"x\"\n\"y\""}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_flow_value(text, "the value of spec.x"), dba::Error);
  }
}

TEST_CASE("damaged YAML is refused or read, never worse") {
  constexpr std::string_view kInputs[] = {
      "a: &x {b: 1, c: [2, 'd']}\ne:\n  <<: *x\n  f: |\n    text\n    more\n- g\n",
      "kind: List\nitems:\n- kind: A\n  metadata: {name: \"x\\u00e9\\n\"}\n---\n# c\n? k\n: v\n",
      "{\"kind\":\"List\",\"items\":[{\"a\":[1,2.5e3,null,true,\"\\ud83d\\ude00\"]}]}{\"b\":1}",
      "a: !!binary aGk=\nb: !!int 0x1F\nc: >-\n  folded\n  text\n\nd: 2001-01-01\n*y : ~\n",
      "%YAML 1.1\n---\n'a': \"b\\\n  c\"\n..."};
  dba::test::check_survives(kInputs, 6000, [](const std::string& text) {
    for (const Document& document : parse_documents(text, "f")) document.line_of("a.b[0].c");
  });
}

TEST_CASE("damaged values of --set are refused or read, never worse") {
  constexpr std::string_view kInputs[] = {"[a, 1, {b: 'c'}]", "{x: \"y\", z: [1]}", "'it''s'", "\"a\\u00e9\""};
  dba::test::check_survives(kInputs, 4000, [](const std::string& text) { parse_flow_value(text, "x"); });
}
