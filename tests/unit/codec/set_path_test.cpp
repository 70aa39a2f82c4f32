#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/paths.hpp"

#include "support/mutate.hpp"

using dba::Json;
using dba::codec::apply_set;

namespace {

constexpr std::string_view kBase =
    R"({"kind":"X","spec":{"replicas":3,"list":[{"name":"a","v":1},{"name":"mssql","v":2},{"port":1433}],"text":"t","none":null}})";

/// The object after one assignment; what was thrown instead, if anything.
std::string set(std::string_view assignment, std::string_view base = kBase) {
  Json object = dba::codec::parse_json(base, "test");
  try {
    apply_set(object, assignment);
  } catch (const dba::Error& error) {
    CHECK(error.code() == dba::ExitCode::usage);
    return error.what();
  }
  return dba::codec::compact_json(object);
}

struct Assignment {
  std::string_view assignment;
  std::string_view want;
};

}  // namespace

TEST_CASE("an assignment makes what is missing on its way") {
  for (const Assignment& row : {
           Assignment{"spec.replicas=3", R"({"spec":{"replicas":3}})"},
           Assignment{".spec.replicas=3", R"({"spec":{"replicas":3}})"},
           Assignment{"a.b.c=x", R"({"a":{"b":{"c":"x"}}})"},
           Assignment{"l[0]=x", R"({"l":["x"]})"},
           Assignment{"l[0].a=x", R"({"l":[{"a":"x"}]})"},
           Assignment{"l[0][0]=x", R"({"l":[["x"]]})"},
           Assignment{"l[name=mssql].image=i", R"({"l":[{"name":"mssql","image":"i"}]})"},
           Assignment{"l[name=mssql]={name: q}", R"({"l":[{"name":"q"}]})"},
           Assignment{R"(labels.app\.kubernetes\.io/name=x)", R"({"labels":{"app.kubernetes.io/name":"x"}})"},
           Assignment{R"(a\[0\]=x)", R"({"a[0]":"x"})"},
           Assignment{R"(a\=b=x)", R"({"a=b":"x"})"},
           Assignment{"a=b=c", R"({"a":"b=c"})"},
           Assignment{"a=", R"({"a":null})"},
           Assignment{"a='3'", R"({"a":"3"})"},
           Assignment{"a=[1, x]", R"({"a":[1,"x"]})"},
           Assignment{"a={b: {c: 1}}", R"({"a":{"b":{"c":1}}})"},
           Assignment{"a=yes", R"({"a":true})"},
           Assignment{"a=x: y", R"({"a":"x: y"})"},
       }) {
    CAPTURE(row.assignment);
    CHECK(set(row.assignment, "{}") == row.want);
  }
}

TEST_CASE("an assignment changes what is there and leaves the rest as it is") {
  CHECK(set("spec.replicas=5", R"({"spec":{"replicas":3,"x":1},"z":1})") == R"({"spec":{"replicas":5,"x":1},"z":1})");
  CHECK(set("l[1]=9", R"({"l":[1,2,3]})") == R"({"l":[1,9,3]})");
  CHECK(set("l[3]=9", R"({"l":[1,2,3]})") == R"({"l":[1,2,3,9]})");
  CHECK(set("l[name=b].v=9", R"({"l":[{"name":"a"},{"name":"b","v":1}]})") ==
        R"({"l":[{"name":"a"},{"name":"b","v":9}]})");
  CHECK(set("l[name=c].v=9", R"({"l":[{"name":"a"}]})") == R"({"l":[{"name":"a"},{"name":"c","v":9}]})");
  CHECK(set("l[port=1433].v=9", R"({"l":[{"port":1433}]})") == R"({"l":[{"port":1433,"v":9}]})");
  CHECK(set("a.b=1", R"({"a":null})") == R"({"a":{"b":1}})");
}

TEST_CASE("an assignment that does not fit is refused with its step and the reason") {
  for (const Assignment& row : {
           Assignment{"spec.replicas",
                      "\"spec.replicas\" is not an assignment: use PATH=VALUE, for example spec.replicas=3"},
           Assignment{"", "\"\" is not an assignment: use PATH=VALUE, for example spec.replicas=3"},
           Assignment{"l[a=b]", "\"l[a=b]\" is not an assignment: use PATH=VALUE, for example spec.replicas=3"},
           Assignment{"=x", "cannot set \"\": a field name is missing at the end"},
           Assignment{"spec.=x", "cannot set \"spec.\": a field name is missing between two dots or before a bracket"},
           Assignment{"spec..a=x",
                      "cannot set \"spec..a\": a field name is missing between two dots or before a bracket"},
           Assignment{"[0]=x", "cannot set \"[0]\": the object itself is not a list"},
           Assignment{"l[0]a=x", "cannot set \"l[0]a\": a dot or a bracket must follow ]"},
           Assignment{"l[x]=1",
                      "cannot set \"l[x]\": [x] is neither an index such as [0] nor a choice such as [name=mssql]"},
           Assignment{"l[-1]=1",
                      "cannot set \"l[-1]\": [-1] is neither an index such as [0] nor a choice such as [name=mssql]"},
           Assignment{"l[]=1",
                      "cannot set \"l[]\": [] is neither an index such as [0] nor a choice such as [name=mssql]"},
           Assignment{"l[=b]=1", "cannot set \"l[=b]\": [=b] needs a field before the ="},
           Assignment{"spec.list[9]=x", "cannot set \"spec.list[9]\": index 9 is past the end of a list of 3"},
           Assignment{"spec.text.a=x", "cannot set \"spec.text.a\": spec.text is a single value, not an object"},
           Assignment{"spec.text[0]=x", "cannot set \"spec.text[0]\": spec.text is a single value, not a list"},
           Assignment{"spec.list.a=x", "cannot set \"spec.list.a\": spec.list is a list, not an object"},
           Assignment{"spec[0]=x", "cannot set \"spec[0]\": spec is an object, not a list"},
       }) {
    CAPTURE(row.assignment);
    CHECK(set(row.assignment) == row.want);
  }
  CHECK(set("a=[1").starts_with("error parsing the value of a: "));
  CHECK(set("a[=x") == "\"a[=x\" is not an assignment: use PATH=VALUE, for example spec.replicas=3");
  std::string deep = "a";
  for (int i = 0; i < 200; ++i) deep += ".a";
  CHECK(set(deep + "=1").ends_with("the path has more than 100 steps"));
}

TEST_CASE("damaged assignments are refused or applied, never worse") {
  constexpr std::string_view kInputs[] = {"spec.list[name=mssql].v=[1, {a: b}]", "spec.list[0].x='y'", "a\\.b.c=yes",
                                          ".spec.none.x={q: \"r\"}", "spec.list[3]=3"};
  dba::test::check_survives(kInputs, 5000, [](const std::string& text) {
    Json object = dba::codec::parse_json(kBase, "test");
    apply_set(object, text);
  });
}
