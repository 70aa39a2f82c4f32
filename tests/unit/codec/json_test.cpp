#include "dba/codec/json.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "support/mutate.hpp"

using dba::Json;
using namespace dba::codec;

namespace {

std::string failure_of(std::string_view text) {
  try {
    parse_json(text, "the answer");
  } catch (const dba::Error& error) {
    CHECK(error.code() == dba::ExitCode::unexpected);
    return error.what();
  }
  return "";
}

const Json& example() {
  static const Json object = parse_json(R"({
    "metadata": {"name": "sales", "namespace": "demo", "uid": "u-1", "resourceVersion": "42",
                 "labels": {"app.kubernetes.io/name": "x"}, "annotations": {"a/b": "c"}},
    "spec": {"replicas": 3, "big": 9223372036854775808, "half": 1.5, "on": true, "none": null, "text": "t"},
    "status": {"conditions": [{"type": "Ready", "status": "True"}, "odd", {"type": "Paused"}]}})",
                                        "example");
  return object;
}

}  // namespace

TEST_CASE("values are found by path, and everything that does not fit is absent") {
  CHECK(find_at(example(), {"spec", "replicas"})->get<int>() == 3);
  CHECK(find_at(example(), {}) == &example());
  CHECK(find_at(example(), {"spec", "nope", "deeper"}) == nullptr);
  CHECK(find_at(example(), {"spec", "text", "deeper"}) == nullptr);
  CHECK(find_at(example(), {"status", "conditions", "0"}) == nullptr);
  CHECK(string_at(example(), {"spec", "text"}) == "t");
  CHECK(string_at(example(), {"spec", "replicas"}, "?") == "?");
  CHECK(string_at(example(), {"spec", "none"}, "?") == "?");
  CHECK(int_at(example(), {"spec", "replicas"}) == 3);
  CHECK_FALSE(int_at(example(), {"spec", "text"}).has_value());
  CHECK_FALSE(int_at(example(), {"spec", "half"}).has_value());
  CHECK_FALSE(int_at(example(), {"spec", "big"}).has_value());
  CHECK(bool_at(example(), {"spec", "on"}));
  CHECK(bool_at(example(), {"spec", "text"}, true));
  CHECK_FALSE(bool_at(example(), {"spec", "nope"}));
}

TEST_CASE("the usual fields of an object have names of their own") {
  CHECK(name_of(example()) == "sales");
  CHECK(namespace_of(example()) == "demo");
  CHECK(uid_of(example()) == "u-1");
  CHECK(resource_version_of(example()) == "42");
  CHECK(label_of(example(), "app.kubernetes.io/name") == "x");
  CHECK(label_of(example(), "nope") == "");
  CHECK(annotation_of(example(), "a/b") == "c");
  CHECK(string_at(*condition_of(example(), "Ready"), {"status"}) == "True");
  CHECK(condition_of(example(), "Absent") == nullptr);
  CHECK(condition_of(Json("text"), "Ready") == nullptr);
  CHECK(name_of(Json()) == "");
}

TEST_CASE("JSON keeps the order of keys and all 64 bits of integers") {
  const Json value = parse_json(R"({"z":1,"a":-9223372036854775808,"m":18446744073709551615,"f":1.50})", "x");
  CHECK(compact_json(value) == R"({"z":1,"a":-9223372036854775808,"m":18446744073709551615,"f":1.5})");
}

TEST_CASE("the order of keys means nothing, that of a list does") {
  struct Row {
    const char *a, *b;
    bool same;
  };
  for (const Row& row : {Row{R"({"a":1,"b":[{"c":2,"d":3}]})", R"({"b":[{"d":3,"c":2}],"a":1})", true},
                         Row{R"({"a":1})", R"({"a":1,"b":null})", false}, Row{R"({"a":1})", R"({"b":1})", false},
                         Row{R"([1,2])", R"([2,1])", false}, Row{R"([1])", R"([1,1])", false},
                         Row{R"({"a":1})", R"({"a":1.0})", true}, Row{R"({})", R"([])", false}}) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(same_value(parse_json(row.a, "a"), parse_json(row.b, "b")) == row.same);
    CHECK(same_value(parse_json(row.b, "b"), parse_json(row.a, "a")) == row.same);
  }
}

TEST_CASE("of equal keys the last one wins, in small and in large objects") {
  CHECK(compact_json(parse_json(R"({"a":1,"b":2,"a":3})", "x")) == R"({"a":3,"b":2})");
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  const Json value = parse_json(text + R"("k3":7,"k99":8})", "x");
  CHECK(value.size() == 100);
  CHECK(value["k3"] == 7);
  CHECK(value["k99"] == 8);
}

TEST_CASE("an object with very many keys is read in linear time") {
  std::string text = "{";
  for (int i = 0; i < 200000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  CHECK(parse_json(text + "\"x\":1}", "x").size() == 200001);
}

TEST_CASE("a text that is no JSON is refused with its place and without a word of it") {
  CHECK(failure_of("") == "the answer is not JSON: unexpected end of input at line 1, column 1");
  CHECK(failure_of("{\"password\":\"hunter2") ==
        "the answer is not JSON: unexpected end of input at line 1, column 20");
  CHECK(failure_of("<html>hunter2</html>") == "the answer is not JSON: syntax error at line 1, column 1");
  CHECK(failure_of("{\n  \"a\": hunter2\n}") == "the answer is not JSON: syntax error at line 2, column 8");
  CHECK(failure_of("{} {}") == "the answer is not JSON: unexpected text after the value at line 1, column 4");
  CHECK(failure_of("[1e999]") == "the answer is not JSON: number out of range at line 1, column 7");
  CHECK(failure_of("[\"\xFF\"]") == "the answer is not JSON: syntax error at line 1, column 3");
}

TEST_CASE("nesting is allowed up to a limit and refused beyond it") {
  const std::string deep(1000, '[');
  CHECK(parse_json(deep + std::string(1000, ']'), "x").size() == 1);
  CHECK(failure_of(deep + "[" + std::string(1001, ']')) ==
        "the answer is not JSON: nested too deeply at line 1, column 1001");
  CHECK_FALSE(failure_of(std::string(2'000'000, '[')).empty());
}

TEST_CASE("kubectl's JSON is sorted, indented by four and escapes HTML") {
  const Json value = parse_json(
      R"({"b":[],"a":{},"B":{"z":[1,{"y":null}],"e":"<a>&\u2028\u2029é\u0001\b\f\n\r\t\"\\/\u007f"},"f":1.0,"t":true})",
      "x");
  CHECK(kubectl_json(value) == R"({
    "B": {
        "e": "\u003ca\u003e\u0026\u2028\u2029é\u0001\b\f\n\r\t\"\\/)"
                               "\x7f"
                               R"(",
        "z": [
            1,
            {
                "y": null
            }
        ]
    },
    "a": {},
    "b": [],
    "f": 1,
    "t": true
}
)");
}

TEST_CASE("our own JSON keeps the order of keys and escapes no more than it must") {
  const Json value = parse_json(R"({"b":"<a>","a":[1,2]})", "x");
  CHECK(compact_json(value) == R"({"b":"<a>","a":[1,2]})");
  CHECK(pretty_json(value) == "{\n    \"b\": \"<a>\",\n    \"a\": [\n        1,\n        2\n    ]\n}\n");
}

TEST_CASE("floating point numbers are written as Go writes them in JSON") {
  struct Row {
    double value;
    const char* want;
  };
  for (const Row& row :
       {Row{0.0, "0"}, Row{-0.0, "-0"}, Row{1.5, "1.5"}, Row{100.0, "100"}, Row{1e20, "100000000000000000000"},
        Row{1e21, "1e+21"}, Row{-1.25e30, "-1.25e+30"}, Row{0.000001, "0.000001"}, Row{1e-7, "1e-7"},
        Row{1.5e-10, "1.5e-10"}, Row{0.1, "0.1"}, Row{12345678901234567890.0, "12345678901234567000"},
        Row{5e-324, "5e-324"}, Row{std::numeric_limits<double>::infinity(), "null"}}) {
    CHECK(compact_json(Json(row.value)) == row.want);
  }
}

TEST_CASE("broken UTF-8 becomes the replacement character instead of an exception") {
  CHECK(compact_json(Json("a\xFFz")) == "\"a\\ufffdz\"");
}

TEST_CASE("damaged JSON is refused or read, and what was read is written and read again the same") {
  constexpr std::string_view kInputs[] = {R"({"a":[1,-2.5e3,"x\u00e9\n",true,null,{}],"b":{"c":[]}})",
                                          R"([[[{"k":"v"}]]])", R"("\ud83d\ude00")", "1e308"};
  dba::test::check_survives(kInputs, 5000, [](const std::string& text) {
    const Json value = parse_json(text, "x");
    CHECK(parse_json(compact_json(value), "again") == value);
    CHECK(parse_json(kubectl_json(value), "again").size() == value.size());
  });
}
