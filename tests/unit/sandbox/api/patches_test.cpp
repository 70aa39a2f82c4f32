#include "api/patches.hpp"

#include <array>

#include <doctest/doctest.h>

#include "api_support.hpp"

namespace dba::sandbox::api::test {

namespace {

struct Vector {
  const char* before;
  const char* patch;
  const char* after;
};

}  // namespace

TEST_CASE("merge patch: the examples of RFC 7386") {
  constexpr std::array vectors{
      Vector{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      Vector{R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      Vector{R"({"a":"b"})", R"({"a":null})", R"({})"},
      Vector{R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      Vector{R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      Vector{R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      Vector{R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      Vector{R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      Vector{R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      Vector{R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const Vector& row : vectors) {
    CAPTURE(row.patch);
    CHECK(merge_patched(Json::parse(row.before), Json::parse(row.patch)).dump() == row.after);
  }
  CHECK(refusal_text([] { merge_patched(Json::object(), Json::array()); }) ==
        "400 error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
}

TEST_CASE("JSON patch: operations, test that ignores the order of keys, and refusals") {
  constexpr std::array vectors{
      Vector{R"({"a":1})", R"([{"op":"add","path":"/b","value":2}])", R"({"a":1,"b":2})"},
      Vector{R"({"l":[1,3]})", R"([{"op":"add","path":"/l/1","value":2},{"op":"add","path":"/l/-","value":4}])",
             R"({"l":[1,2,3,4]})"},
      Vector{R"({"a":1,"b":2})", R"([{"op":"remove","path":"/a"}])", R"({"b":2})"},
      Vector{R"({"a":1})", R"([{"op":"replace","path":"/a","value":[]}])", R"({"a":[]})"},
      // What is replaced need not be there.
      Vector{R"({"a":1})", R"([{"op":"replace","path":"/b","value":2}])", R"({"a":1,"b":2})"},
      Vector{R"({"a":{"x":1},"b":{}})", R"([{"op":"move","from":"/a/x","path":"/b/y"}])", R"({"a":{},"b":{"y":1}})"},
      Vector{R"({"a":1})", R"([{"op":"copy","from":"/a","path":"/b"}])", R"({"a":1,"b":1})"},
      Vector{R"({"m":{"a/b":1}})", R"([{"op":"remove","path":"/m/a~1b"}])", R"({"m":{}})"},
      Vector{R"({"o":{"x":1,"y":2}})",
             R"([{"op":"test","path":"/o","value":{"y":2,"x":1}},{"op":"remove","path":"/o/x"}])", R"({"o":{"y":2}})"},
  };
  for (const Vector& row : vectors) {
    CAPTURE(row.patch);
    CHECK(json_patched(Json::parse(row.before), Json::parse(row.patch)).dump() == row.after);
  }
  for (const char* patch : {R"([{"op":"test","path":"/a","value":2}])", R"([{"op":"test","path":"/nope","value":2}])",
                            R"([{"op":"remove","path":"/nope"}])", R"([{"op":"add","path":"/no/deep","value":1}])",
                            R"([{"op":"nope"}])", R"([{"op":"replace","path":"/no/deep","value":1}])"}) {
    CAPTURE(patch);
    CHECK(refusal([&] { json_patched(Json::parse(R"({"a":1})"), Json::parse(patch)); }) ==
          R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server rejected our )"
          R"(request due to an error in our request","reason":"Invalid","code":422})");
  }
  CHECK(refusal_text([] { json_patched(Json::object(), Json::object()); }) ==
        "400 error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
}

TEST_CASE("strategic merge patch: lists by their keys, directives, and order") {
  const Resource& pods = *find_resource("", "v1", "pods");
  constexpr std::array vectors{
      Vector{R"({"spec":{"containers":[{"name":"c","image":"i:1","env":[{"name":"A","value":"1"}]},{"name":"d"}]}})",
             R"({"spec":{"containers":[{"name":"c","image":"i:2"}]}})",
             R"({"spec":{"containers":[{"name":"c","image":"i:2","env":[{"name":"A","value":"1"}]},{"name":"d"}]}})"},
      // What is new stands before what was there, unless an order is given.
      Vector{R"({"env":[{"name":"A","value":"1"}]})", R"({"env":[{"name":"B","value":"x"}]})",
             R"({"env":[{"name":"B","value":"x"},{"name":"A","value":"1"}]})"},
      Vector{R"({"env":[{"name":"A","value":"1"}]})",
             R"({"$setElementOrder/env":[{"name":"A"},{"name":"B"}],"env":[{"name":"B","value":"x"}]})",
             R"({"env":[{"name":"A","value":"1"},{"name":"B","value":"x"}]})"},
      Vector{R"({"env":[{"name":"A"},{"name":"B"}]})", R"({"env":[{"name":"A","$patch":"delete"}]})",
             R"({"env":[{"name":"B"}]})"},
      Vector{R"({"env":[{"name":"A"}]})", R"({"env":[{"$patch":"replace"},{"name":"Z"}]})",
             R"({"env":[{"name":"Z"}]})"},
      Vector{R"({"metadata":{"labels":{"a":"1","b":"2"}}})", R"({"metadata":{"labels":{"a":null,"c":"3"}}})",
             R"({"metadata":{"labels":{"b":"2","c":"3"}}})"},
      Vector{R"({"metadata":{"finalizers":["a/b","c/d"]}})",
             R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a/b"]}})",
             R"({"metadata":{"finalizers":["c/d"]}})"},
      Vector{R"({"metadata":{"finalizers":["a/b"]}})", R"({"metadata":{"finalizers":["c/d"]}})",
             R"({"metadata":{"finalizers":["c/d","a/b"]}})"},
      Vector{R"({"spec":{"x":{"a":1,"b":2}}})", R"({"spec":{"x":{"$patch":"replace","c":3}}})",
             R"({"spec":{"x":{"c":3}}})"},
      Vector{R"({"spec":{"v":{"a":1,"b":2}}})", R"({"spec":{"v":{"$retainKeys":["b","c"],"c":3}}})",
             R"({"spec":{"v":{"b":2,"c":3}}})"},
      Vector{R"({"spec":{"args":["a","b"]}})", R"({"spec":{"args":["c"]}})", R"({"spec":{"args":["c"]}})"},
      Vector{R"({"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"X","status":"True"}]}})",
             R"({"status":{"conditions":[{"type":"Ready","status":"True"}]}})",
             R"({"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"X","status":"True"}]}})"},
      Vector{R"({"a":1})", R"({"$patch":"delete"})", R"({})"},
  };
  for (const Vector& row : vectors) {
    CAPTURE(row.patch);
    CHECK(strategic_merge_patched(Json::parse(row.before), Json::parse(row.patch), pods).dump() == row.after);
  }
  const Resource& services = *find_resource("", "v1", "services");
  CHECK(strategic_merge_patched(Json::parse(R"({"ports":[{"port":1,"name":"x"},{"port":2}]})"),
                                Json::parse(R"({"ports":[{"port":2,"targetPort":9}]})"), services)
            .dump() == R"({"ports":[{"port":1,"name":"x"},{"port":2,"targetPort":9}]})");
}

TEST_CASE_FIXTURE(ApiFixture, "custom resources take no strategic merge patch, and a missing object no patch at all") {
  make(databases, R"({"metadata":{"name":"sales"},"spec":{"version":"x","tls":{}}})");
  CHECK(refusal_text([&] { api.patch(databases, "demo", "sales", PatchKind::strategic, Json::object(), "", {}); }) ==
        "415 the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
  CHECK(refusal_text([&] { api.patch(config_maps, "demo", "no", PatchKind::merge, Json::object(), "", {}); }) ==
        "404 configmaps \"no\" not found");
  CHECK(refusal_text([&] { merge(databases, "sales", R"({"metadata":{"name":"c"}})", "m"); }) ==
        "400 the name of the object (c) does not match the name on the URL (sales)");
}

}  // namespace dba::sandbox::api::test
