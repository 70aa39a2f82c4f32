#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/utf8.hpp"
#include "dba/codec/yaml.hpp"

#include "support/mutate.hpp"

using dba::Json;
using namespace dba::codec;

namespace {

Json json(std::string_view text) { return parse_json(text, "test"); }

Json read_back(const std::string& yaml) {
  const auto documents = parse_documents(yaml, "written");
  REQUIRE(documents.size() == 1);
  return documents[0].value();
}

/// A random tree; strings are made of pieces that YAML is fond of.
class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  Json object(int depth) {
    Json value = Json::object();
    for (std::uint64_t left = random_() % 5; left > 0; --left) value[text()] = any(depth - 1);
    return value;
  }

 private:
  Json any(int depth) {
    switch (random_() % (depth > 0 ? 9 : 7)) {
      case 0:
        return Json();
      case 1:
        return Json(random_() % 2 == 0);
      case 2:
        return Json(static_cast<std::int64_t>(random_()));
      case 3:
        return Json(static_cast<std::int64_t>(random_() % 200) - 100);
      case 4:
        return Json(static_cast<double>(static_cast<std::int64_t>(random_())) / 1e6);
      case 7:
        return object(depth);
      case 8:
        return array(depth);
      default:
        return Json(text());
    }
  }

  Json array(int depth) {
    Json value = Json::array();
    for (std::uint64_t left = random_() % 5; left > 0; --left) value.push_back(any(depth - 1));
    return value;
  }

  std::string text() {
    static const std::vector<std::string> kPieces{"a",
                                                  "b",
                                                  " ",
                                                  "  ",
                                                  "\n",
                                                  "\n\n",
                                                  "\t",
                                                  ":",
                                                  "#",
                                                  "-",
                                                  "---",
                                                  "...",
                                                  "'",
                                                  "\"",
                                                  "\\",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  "&",
                                                  "*",
                                                  "!",
                                                  "|",
                                                  ">",
                                                  "%",
                                                  "@",
                                                  "`",
                                                  "?",
                                                  "yes",
                                                  "n",
                                                  "~",
                                                  "null",
                                                  "1",
                                                  "0x1F",
                                                  "1:30",
                                                  "2001-01-01",
                                                  "<<",
                                                  "=",
                                                  ".inf",
                                                  "1e3",
                                                  "\r",
                                                  "é",
                                                  "\x7f",
                                                  "\x1b",
                                                  "\xC2\x85",
                                                  "\xC2\xA0",
                                                  "\xE2\x80\xA8",
                                                  "\xEF\xBB\xBF",
                                                  "\xF0\x9F\x98\x80",
                                                  "=",
                                                  "_",
                                                  "0"};
    std::string out;
    for (std::uint64_t left = random_() % 6; left > 0; --left) out += kPieces[random_() % kPieces.size()];
    if (random_() % 50 == 0) out += std::string(random_() % 1500, 'x');
    return out;
  }

  dba::test::Random random_;
};

}  // namespace

TEST_CASE("objects and lists are laid out as kubectl lays them out") {
  CHECK(to_yaml(json(R"({"list":[1,{"a":1,"b":[2]},[4,[5]],{},[]],"o":{"x":{"z":null}},"e":{},"f":[],"t":true})")) ==
        "list:\n"
        "- 1\n"
        "- a: 1\n"
        "  b:\n"
        "  - 2\n"
        "- - 4\n"
        "  - - 5\n"
        "- {}\n"
        "- []\n"
        "o:\n"
        "  x:\n"
        "    z: null\n"
        "e: {}\n"
        "f: []\n"
        "t: true\n");
}

TEST_CASE("a document may be a single value") {
  CHECK(to_yaml(json("1")) == "1\n");
  CHECK(to_yaml(json("\"yes\"")) == "\"yes\"\n");
  CHECK(to_yaml(json("[]")) == "[]\n");
  CHECK(to_yaml(json("\"a\\n---\\nb\"")) == "|-\n  a\n  ---\n  b\n");
}

TEST_CASE("strings are quoted exactly as kubectl quotes them") {
  for (const char* plain :
       {"it's",           "ü",    "=",    "<<",  "12abc", "long text", "a:b",  "-x",   "?x",       ":x", "a#b",
        "http://x/y?z#f", "a, b", "10Gi", "yEs", "1.2.3", "x\xC2\xA0", "a\"b", "a\\b", "2022-cu12"}) {
    CHECK(to_yaml(Json{{"k", plain}}) == "k: " + std::string(plain) + "\n");
  }
  for (const char* single : {"\"q\"", "%x",   "!x",  "&x",  "*x", "|",  ">",  "-", "?",  ":",  "x:",  " lead", "trail ",
                             "a: b",  "a #b", "- a", "{a}", "@x", "`x", "[a", "]", ",x", "#x", "---", "---x",  "..."}) {
    CHECK(to_yaml(Json{{"k", single}}) == "k: '" + std::string(single) + "'\n");
  }
  CHECK(to_yaml(json(R"({"k":"'it''s'"})")) == "k: '''it''''s'''\n");
  for (const char* typed : {"yes",
                            "y",
                            "on",
                            "no",
                            "n",
                            "off",
                            "true",
                            "0777",
                            "0o777",
                            "0x1F",
                            "1_000",
                            "1:30",
                            "2001-01-01",
                            "~",
                            "1e3",
                            ".5",
                            "1.0",
                            "null",
                            "",
                            "+1",
                            "1_0",
                            ".inf",
                            "1:30:30.5",
                            "2001-1-1",
                            "2001-01-01T10:00:00Z",
                            "2001-01-01 10:00:00.5",
                            "-0",
                            "9223372036854775808"}) {
    CHECK(to_yaml(Json{{"k", typed}}) == "k: \"" + std::string(typed) + "\"\n");
  }
  struct Row {
    std::string text;
    const char* want;
  };
  for (const Row& row : {Row{"tab\there", R"("tab\there")"}, Row{std::string("a\0b", 3), R"("a\0b")"},
                         Row{"a\rb", R"("a\rb")"}, Row{"\x1b[0m", R"("\e[0m")"}, Row{"\x7f", R"("\x7F")"},
                         Row{"\xC2\x85", R"("\N")"}, Row{"\xE2\x80\xA8", R"("\L")"},
                         Row{"\xEF\xBB\xBFx", R"("\uFEFFx")"}, Row{"\xF0\x9F\x98\x80", R"("\U0001F600")"},
                         Row{"a\\\t\"", R"("a\\\t\"")"}, Row{"a\xFFz\t", R"("a\uFFFDz\t")"}}) {
    CHECK(to_yaml(Json(row.text)) == std::string(row.want) + "\n");
  }
}

TEST_CASE("keys are quoted by the same rules, and a plain merge key is avoided") {
  CHECK(to_yaml(json(R"({"n":"~","y":"x","":1,"a b":1,"a: b":1,"1":2,"<<":3,"-":4,"a\nb":5})")) ==
        "\"n\": \"~\"\n"
        "\"y\": x\n"
        "\"\": 1\n"
        "a b: 1\n"
        "'a: b': 1\n"
        "\"1\": 2\n"
        "\"<<\": 3\n"
        "'-': 4\n"
        "\"a\\nb\": 5\n");
}

TEST_CASE("long text is never folded, long keys are written in full") {
  const std::string text = "word " + std::string(300, 'x') + " word";
  CHECK(to_yaml(Json{{"k", text}}) == "k: " + text + "\n");
  const std::string key(129, 'k');
  CHECK(to_yaml(Json{{key, Json::array({1, 2})}}) == "? " + key + "\n: - 1\n  - 2\n");
  CHECK(to_yaml(Json{{std::string(128, 'k'), 1}}) == std::string(128, 'k') + ": 1\n");
}

TEST_CASE("text of several lines is a block, unless blanks at its edges would get lost") {
  CHECK(to_yaml(json(R"({"a":"x\ny\n","b":"x\ny","c":"x\n\n\n","d":{"e":["x\n  y\n\nz"]}})")) ==
        "a: |\n"
        "  x\n"
        "  y\n"
        "b: |-\n"
        "  x\n"
        "  y\n"
        "c: |+\n"
        "  x\n"
        "\n"
        "\n"
        "d:\n"
        "  e:\n"
        "  - |-\n"
        "    x\n"
        "      y\n"
        "\n"
        "    z\n");
  for (const char* text : {" x\ny", "\nx", "x \ny", "x\ny ", "x\n\ty", "\n"}) {
    std::string quoted = to_yaml(Json(text));
    CHECK(quoted.starts_with('"'));
    CHECK(read_back(quoted) == Json(text));
  }
}

TEST_CASE("numbers read back as the same numbers") {
  struct Row {
    const char* json;
    const char* yaml;
  };
  for (const Row& row :
       {Row{"1.5", "1.5"}, Row{"1e21", "1e+21"}, Row{"3.0", "3"}, Row{"1e6", "1000000"},
        Row{"1234567.5", "1.2345675e+06"}, Row{"1e-7", "1e-07"}, Row{"100000000000000000000", "1e+20"},
        Row{"-9223372036854775808", "-9223372036854775808"}, Row{"12345678901234567890", "12345678901234567890"}}) {
    CHECK(to_yaml(json(row.json)) == std::string(row.yaml) + "\n");
    CHECK(read_back(std::string(row.yaml) + "\n").get<double>() == json(row.json).get<double>());
  }
}

TEST_CASE("sorted keys come in kubectl's natural order") {
  CHECK(
      to_yaml(
          json(
              R"({"z9z":1,"a10":1,"a2":1,"B":1,"b":1,"a":1,"a-b":1,"a_b":1,"a.b":1,"é":1,"01":1,"1":1,"0":1,"a01":1,"a1":1,"_":1})"),
          KeyOrder::sorted) ==
      "_: 1\n\"0\": 1\n\"1\": 1\n\"01\": 1\nB: 1\na: 1\na-b: 1\na.b: 1\na_b: 1\na1: 1\na01: 1\na2: 1\na10: 1\nb: "
      "1\nz9z: 1\né: 1\n");
  CHECK(to_yaml(json(R"({"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]})"), KeyOrder::sorted) ==
        "a:\n- e: 2\n  f: 1\nb:\n  c: 2\n  d: 1\n");
}

TEST_CASE("several objects are separated by lines of three dashes") {
  CHECK(to_yaml_stream({json(R"({"a":1})"), json(R"({"b":"x\n\n"})"), json(R"({"c":3})")}) ==
        "a: 1\n---\nb: |+\n  x\n\n---\nc: 3\n");
  CHECK(to_yaml_stream({json(R"({"a":1})")}) == "a: 1\n");
  CHECK(to_yaml_stream({}) == "");
}

TEST_CASE("whatever is written reads back as the same value") {
  RandomJson random(1);
  for (int i = 0; i < 3000; ++i) {
    const Json value = random.object(4);
    const std::string yaml = to_yaml(value);
    CAPTURE(i);
    CAPTURE(yaml);
    REQUIRE(read_back(yaml) == value);
    const Json sorted = read_back(to_yaml(value, KeyOrder::sorted));
    REQUIRE(nlohmann::json(sorted) == nlohmann::json(value));
  }
}

TEST_CASE("a stream of whatever was written reads back as the same values") {
  RandomJson random(2);
  for (int i = 0; i < 300; ++i) {
    std::vector<Json> values;
    for (int j = 0; j < 4; ++j) values.push_back(random.object(3));
    const std::string yaml = to_yaml_stream(values);
    const auto documents = parse_documents(yaml, "written");
    CAPTURE(yaml);
    REQUIRE(documents.size() == values.size());
    for (std::size_t j = 0; j < values.size(); ++j) REQUIRE(documents[j].value() == values[j]);
  }
}
