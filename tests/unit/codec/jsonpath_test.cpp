#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/paths.hpp"

#include "support/mutate.hpp"

using dba::Json;
using dba::codec::CustomColumns;
using dba::codec::JsonPath;

namespace {

const Json& document() {
  static const Json value = dba::codec::parse_json(
      R"({"a":{"b c":1},"l":[{"n":"x","v":1},{"n":"y","v":2}],"s":"<t>","z":null,"f":1.5,"big":123456789012,"bf":1e21,
          "t":true,"m":{"k2":"v2","k1":"v1"},"k.d":{"x":3},"e":[],"nn":[[1,2],[3,[4]],[]],
          "w":[{"x":null},{"x":"a\"b"},{"y":1}],"g":1000000.0})",
      "test");
  return value;
}

std::string render(std::string_view text) {
  try {
    return JsonPath::parse(text).render(document());
  } catch (const dba::Error& error) {
    CHECK(error.code() == dba::ExitCode::usage);
    return error.what();
  }
}

std::string executing(std::string_view text, std::string_view why) {
  return "error executing jsonpath \"" + std::string(text) + "\": Error executing template: " + std::string(why);
}

std::string parsing(std::string_view text, std::string_view why) {
  return "error parsing jsonpath " + std::string(text) + ", " + std::string(why);
}

struct Row {
  std::string_view text;
  std::string_view want;
};

}  // namespace

TEST_CASE("templates print what kubectl prints") {
  for (const Row& row : {
           Row{"{.l[*].n}", "x y"},
           Row{"{.l[-1:].v}", "2"},
           Row{"{.l[-1].n}", "y"},
           Row{"{.l[:1].n}", "x"},
           Row{"{.l[0:2:2].v}", "1"},
           Row{"{.l[0,1].v}", "1 2"},
           Row{"{..v}", "1 2"},
           Row{"{.l[?(@.n==\"y\")].v}", "2"},
           Row{"{.l[?(@.n=='y')].v}", "2"},
           Row{"{.l[?(@.n!=\"y\")].n}", "x"},
           Row{"{.l[?(@.n)].v}", "1 2"},
           Row{"{.nn[?(@[1])]}", "[1,2] [3,[4]]"},
           Row{"{.l[?(@.v>1)].n}", "y"},
           Row{"{.l[?(@.v>=1)].n}", "x y"},
           Row{"{.l[?(@.v<2)].n}", "x"},
           Row{"{.l[?(@.v<=2)].n}", "x y"},
           Row{"{.l[?(@.n>\"x\")].n}", "y"},
           Row{"{.l[?(@.n == \"y\")].v}", "2"},
           Row{"{range .l[*]}{.n}={.v}{\"\\n\"}{end}", "x=1\ny=2\n"},
           Row{"{range .e[*]}{.x}{end}Z", "Z"},
           Row{"{range .nn[*]}{@}{\"\\n\"}{end}", "[1,2]\n[3,[4]]\n[]\n"},
           Row{"{range .l[*]}{range .q[*]}{.x}{end}{.n}{end}", "xy"},
           Row{"{range .l[*]}x{range .m}y{end}z{end}", "xzxz"},
           Row{"{range @.l[*]}[{.n},{.v}] {end}", "[x,1] [y,2] "},
           Row{"{.l[0].n}-{.l[1].n}", "x-y"},
           Row{"{.a}", "{\"b c\":1}"},
           Row{"{.l}", R"([{"n":"x","v":1},{"n":"y","v":2}])"},
           Row{"{.e}", "[]"},
           Row{"{.a.b\\ c}", "1"},
           Row{"{.k\\.d.x}", "3"},
           Row{"{['k\\.d'].x}", "3"},
           Row{"{['k.d'].x}", ""},
           Row{"{.a['b c']}", "1"},
           Row{"{['m','a']}", R"({"k1":"v1","k2":"v2"} {"b c":1})"},
           Row{"{.s}", "<t>"},
           Row{"{@.s}{$.s}", "<t><t>"},
           Row{"{.z}", "null"},
           Row{"{.z.x}", ""},
           Row{"{.z[0]}", ""},
           Row{"{.w[*].x}", "null a\"b"},
           Row{"{.f} {.big} {.bf} {.t}", "1.5 123456789012 1e+21 true"},
           Row{"{.g}", "1e+06"},
           Row{"{.m.*}", "v1 v2"},
           Row{"{.nope}", ""},
           Row{"{.nope.deeper[*].x}", ""},
           Row{"{.l.n}", ""},
           Row{"{.nn[*][*]}", "1 2 3 [4]"},
           Row{"{.l[]}", R"({"n":"x","v":1})"},
           Row{"{.l[1:1]}", ""},
           Row{"{.l..v}", "1 2"},
           Row{"{.nn..}", "[[1,2],[3,[4]],[]] [1,2] [3,[4]] [4]"},
           Row{"{\"a\\u00e9\\x41\\n\\U0001F600\"}",
               "a\xC3\xA9"
               "A\n\xF0\x9F\x98\x80"},
           Row{"{5} {-1.5} {true}", "5 -1.5 true"},
           Row{"x", "x"},
           Row{".s", ".s"},
           Row{"", ""},
           Row{"a}b", "a}b"},
       }) {
    CAPTURE(row.text);
    CHECK(render(row.text) == row.want);
  }
}

TEST_CASE("a missing key or an empty list prints nothing and does not stop the others") {
  const Json items = dba::codec::parse_json(R"({"items":[{"c":[]},{"c":[{"t":"Ready"}]},{}]})", "x");
  CHECK(JsonPath::parse("{.items[*].c[*].t}").render(items) == "Ready");
}

TEST_CASE("maps and lists are printed as compact JSON with sorted keys") {
  const Json value = dba::codec::parse_json(R"({"x":{"b":"<","a":[1.50]}})", "x");
  CHECK(JsonPath::parse("{.x}").render(value) == R"({"a":[1.5],"b":"\u003c"})");
}

TEST_CASE("templates that cannot be run say why, in kubectl's words") {
  for (const Row& row : {
           Row{"{.l[5]}", "array index out of bounds: index 5, length 2"},
           Row{"{.l[-3]}", "array index out of bounds: index -1, length 2"},
           Row{"{.l[:5]}", "array index out of bounds: index 4, length 2"},
           Row{"{.l[0,5]}", "array index out of bounds: index 5, length 2"},
           Row{"{.l[1:-2]}", "starting index 1 is greater than ending index 0"},
           Row{"{.l[0:1:0]}", "step must be > 0"},
           Row{"{.s[0]}", "string is not array or slice"},
           Row{"{.m[0]}", "map[string]interface {} is not array or slice"},
           Row{"{.m[?(@.x)]}", R"({"k1":"v1","k2":"v2"} is not array or slice and cannot be filtered)"},
           Row{"{.z[?(@.x)]}", "<nil> is not array or slice and cannot be filtered"},
           Row{"{.l[?(@.v==1.0)].n}", "incompatible types for comparison"},
           Row{"{.l[?(@.v>=\"1\")]}", "incompatible types for comparison"},
           Row{"{.w[?(@.x==\"q\")]}", "invalid type for comparison"},
           Row{"{.l[?(@.v=>1)]}", "unrecognized filter operator =>"},
           Row{"{.l[?(@.n==x)].v}", "unrecognized identifier x"},
           Row{"{.l[?(@.*==1)]}", "can only compare one element at a time"},
           Row{"{.l[?(n)]}", "unrecognized identifier n"},
           Row{"{foo}", "unrecognized identifier foo"},
           Row{"{end}", "not in range, nothing to end"},
       }) {
    CAPTURE(row.text);
    CHECK(render(row.text) == executing(row.text, row.want));
  }
}

TEST_CASE("templates that cannot be read say why, in kubectl's words") {
  for (const Row& row : {
           Row{"{.l", "unclosed action"},
           Row{"{", "unclosed action"},
           Row{"{.a\n}", "unclosed action"},
           Row{"{.l[", "unterminated array"},
           Row{"{.l[a]}", "invalid array index a"},
           Row{"{.l[1:2:3:4]}", "invalid array index 1:2:3:4"},
           Row{"{.l[*][\"n\"]}", "invalid array index \"n\""},
           Row{"{.l[99999999999]}", "array index 99999999999 is not a number"},
           Row{"{.l[--1]}", "array index --1 is not a number"},
           Row{"{.l[?(@.n]", "unterminated filter"},
           Row{"{.l[?(@.n)", "unclosed array expect ]"},
           Row{"{.l[?(@.n==)]}", "incomplete filter @.n=="},
           Row{"{.l[?(@.n==\"x)]}", "unterminated quoted string"},
           Row{"{\"abc", "unterminated quoted string"},
           Row{"{\"\\q\"}", "unquote string \"\\q\" error invalid syntax"},
           Row{"{1.2.3}", "cannot parse number 1.2.3"},
           Row{"{!}", "unrecognized character in action: U+0021 '!'"},
           Row{"{.a,b}", "unrecognized character in action: U+002C ','"},
           Row{"{....n}", "invalid multiple recursive descent"},
       }) {
    CAPTURE(row.text);
    CHECK(render(row.text) == parsing(row.text, row.want));
  }
}

TEST_CASE("where braces are optional a bare path is enough") {
  for (const char* text : {".l[0].n", "l[0].n", "{l[0].n}", "{.l[0].n}"}) {
    CAPTURE(text);
    CHECK(JsonPath::parse(text, JsonPath::Braces::optional).render(document()) == "x");
  }
  for (const char* text : {"{.a}{.b}", "{", ".", "{.}", "a{b}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(JsonPath::parse(text, JsonPath::Braces::optional),
                         ("unexpected path string \"" + std::string(text) +
                          "\", expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'")
                             .c_str(),
                         dba::Error);
  }
}

TEST_CASE("the values themselves can be had") {
  CHECK(JsonPath::parse("{.l[*].v}").find(document()) == std::vector<Json>{Json(1), Json(2)});
  CHECK(JsonPath::parse("{.nope}").find(document()).empty());
  CHECK(JsonPath::parse(".z", JsonPath::Braces::optional).find(document()) == std::vector<Json>{Json()});
}

TEST_CASE("a template that multiplies results without end is stopped") {
  std::string text = "{.l";
  for (int i = 0; i < 40; ++i) text += "[0,1]";
  std::string nested = "{@";
  for (int i = 0; i < 40; ++i) nested += "['l','l'][0:2,0:2]..";
  CHECK(render(text + "}") == executing(text + "}", "map[string]interface {} is not array or slice"));
  std::string wide = "{@";
  for (int i = 0; i < 40; ++i) wide += "..";
  CHECK(render(wide + "}") == parsing(wide + "}", "invalid multiple recursive descent"));
  std::string many = "{.nn";
  for (int i = 0; i < 25; ++i) many += "[0:3,0:3]..";
  CHECK_FALSE(render(many + "}").empty());
  std::string ranges;
  for (int i = 0; i < 100000; ++i) ranges += "{range @}";
  CHECK(render(ranges).ends_with("ranges are nested too deeply"));
}

TEST_CASE("damaged templates are refused or run, never worse") {
  constexpr std::string_view kInputs[] = {"{range .l[*]}{.n}={.v}{\"\\n\"}{end}",
                                          "{.l[?(@.n==\"y\")].v}",
                                          "{.k\\.d['x','y'].x}",
                                          "{.nn[0:2:1][-1:]}",
                                          "{..v}{.m.*}{$.s}",
                                          "{.l[?(@.v>=1.5)]}",
                                          "a{'b'}{-1.5}{true}"};
  dba::test::check_survives(kInputs, 6000, [](const std::string& text) { JsonPath::parse(text).render(document()); });
  dba::test::check_survives(kInputs, 2000, [](const std::string& text) {
    JsonPath::parse(text, JsonPath::Braces::optional).find(document());
  });
}

TEST_CASE("custom columns show the values of their paths") {
  const CustomColumns columns =
      CustomColumns::parse("N:.l[*].n,FIRST:l[0,1].v,MAP:{.m},NONE:.nope,NULL:.z,F:.g,B:.t,EMPTY:");
  CHECK(columns.headers() == std::vector<std::string>{"N", "FIRST", "MAP", "NONE", "NULL", "F", "B", "EMPTY"});
  CHECK(columns.row(document()) == std::vector<std::string>{"x,y", "1,2", R"({"k1":"v1","k2":"v2"})", "<none>",
                                                            "<none>", "1e+06", "true", "<none>"});
}

TEST_CASE("control characters cannot leave through custom columns") {
  const Json object{{"s", "\x1b[31m"}, {"o", {{"k", "\xC2\x9B"}}}};
  CHECK(CustomColumns::parse("S:.s,O:.o").row(object) == std::vector<std::string>{"^[[31m", R"({"k":"\u009b"})"});
}

TEST_CASE("a bad custom-columns spec is refused in kubectl's words") {
  struct Bad {
    const char* spec;
    const char* message;
  };
  for (const Bad& bad : {
           Bad{"", "custom-columns format specified but no custom columns given"},
           Bad{"A", "unexpected custom-columns spec: A, expected <header>:<json-path-expr>"},
           Bad{"A:.x,B", "unexpected custom-columns spec: B, expected <header>:<json-path-expr>"},
           Bad{"A:.x[", "error parsing jsonpath {.x[}, unterminated array"},
       }) {
    CHECK_THROWS_WITH_AS(CustomColumns::parse(bad.spec), bad.message, dba::Error);
  }
}
