#include <array>
#include <thread>

#include <doctest/doctest.h>

#include "api/selectors.hpp"
#include "api_support.hpp"

namespace dba::sandbox::api::test {

namespace {

constexpr std::array kKinds{"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};

/// What a watch has to say right now: "ADDED a@12" an event.
std::vector<std::string> told(Subscription& watch) {
  std::vector<std::string> lines;
  while (const auto event = watch.next(std::chrono::nanoseconds(0), {})) {
    lines.push_back(std::string(kKinds.at(static_cast<std::size_t>(event->kind))) + " " +
                    (*event->object)["metadata"].value("name", "") + "@" +
                    (*event->object)["metadata"]["resourceVersion"].get<std::string>());
  }
  return lines;
}

std::vector<std::string> names(const ListResult& result) {
  std::vector<std::string> found;
  for (const Object& object : result.items) found.push_back((*object)["metadata"]["name"].get<std::string>());
  return found;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(ApiFixture, "a watch tells what was there and then every change, with rising versions") {
  make(config_maps, R"({"metadata":{"name":"a"}})");
  const auto watch = api.watch(config_maps, "demo", {}, "", false);
  make(config_maps, R"({"metadata":{"name":"b"}})");
  merge(config_maps, "a", R"({"data":{"k":"v"}})", "m");
  api.remove(config_maps, "demo", "a");
  CHECK(told(*watch) == Lines{"ADDED a@13", "ADDED b@14", "MODIFIED a@15", "DELETED a@16"});
  CHECK(told(*watch).empty());
  const auto later = api.watch(config_maps, "", {}, "14", false);
  CHECK(told(*later) == Lines{"MODIFIED a@15", "DELETED a@16"});
}

TEST_CASE_FIXTURE(ApiFixture, "an object comes and goes for a watch as it begins and ceases to match") {
  Selectors selectors;
  selectors.labels = "role=primary";
  const auto watch = api.watch(config_maps, "demo", selectors, "", false);
  make(config_maps, R"({"metadata":{"name":"a"}})");
  merge(config_maps, "a", R"({"metadata":{"labels":{"role":"primary"}}})", "m");
  merge(config_maps, "a", R"({"data":{"x":"1"}})", "m");
  merge(config_maps, "a", R"({"metadata":{"labels":{"role":"secondary"}}})", "m");
  CHECK(told(*watch) == Lines{"ADDED a@14", "MODIFIED a@15", "DELETED a@16"});
  selectors.labels.clear();
  selectors.fields = "metadata.name=b";
  const auto by_name = api.watch(config_maps, "demo", selectors, "", false);
  make(config_maps, R"({"metadata":{"name":"b"}})");
  CHECK(told(*by_name) == Lines{"ADDED b@17"});
}

TEST_CASE("history is bounded: a watch or a page behind it gets 410") {
  ApiOptions options;
  options.history = 2;
  ApiFixture fixture(options);
  const auto slow = fixture.api.watch(fixture.config_maps, "demo", {}, "", false);
  for (const char* name : {"a", "b", "c", "d"}) {
    fixture.make(fixture.config_maps, std::string(R"({"metadata":{"name":")") + name + R"("}})");
  }
  CHECK(refusal_text([&] { told(*slow); }) == "410 too old resource version: 12 (14)");
  ListOptions first;
  first.limit = 1;
  ListOptions second = first;
  second.continue_token = fixture.api.list(fixture.config_maps, "demo", first).continue_token;
  fixture.api.compact();
  CHECK(refusal_text([&] { fixture.api.list(fixture.config_maps, "demo", second); }) == "admitted");
  fixture.make(fixture.config_maps, R"({"metadata":{"name":"e"}})");
  fixture.api.compact();
  CHECK(refusal_text([&] {
          fixture.api.list(fixture.config_maps, "demo", second);
        }).starts_with("410 The provided continue parameter is too old"));
  CHECK(refusal_text([&] { fixture.api.watch(fixture.config_maps, "demo", {}, "abc", false); }) ==
        "500 resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": "
        "invalid syntax");
}

TEST_CASE_FIXTURE(ApiFixture, "bookmarks come when asked for: after the first objects, and when it has been quiet") {
  make(config_maps, R"({"metadata":{"name":"a"}})");
  const auto watch = api.watch(config_maps, "demo", {}, "", true, true);
  make(secrets, R"({"metadata":{"name":"elsewhere"}})");
  CHECK(told(*watch) == Lines{"ADDED a@13", "BOOKMARK @13"});
  clock.advance(std::chrono::seconds(61));
  CHECK(watch->next(std::chrono::nanoseconds(0), {})->object->dump() ==
        R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"14"}})");
  CHECK(told(*watch).empty());
}

TEST_CASE_FIXTURE(ApiFixture, "a watch waits for the next change and stops when told to") {
  const auto watch = api.watch(config_maps, "demo", {}, "", false);
  std::optional<Event> event;
  std::jthread reader([&](const std::stop_token& stop) { event = watch->next(std::chrono::hours(1), stop); });
  make(config_maps, R"({"metadata":{"name":"a"}})");
  reader.join();
  CHECK((*event->object)["metadata"]["name"] == "a");
  bool stopped = false;
  std::jthread waiting(
      [&](const std::stop_token& stop) { stopped = !watch->next(std::chrono::hours(1), stop).has_value(); });
  waiting.request_stop();
  waiting.join();
  CHECK(stopped);
}

TEST_CASE_FIXTURE(ApiFixture, "the pages of a list show one moment, whatever happens between them") {
  for (const char* name : {"a", "b", "c", "d"})
    make(config_maps, std::string(R"({"metadata":{"name":")") + name + R"("}})");
  ListOptions page;
  page.limit = 2;
  const ListResult first = api.list(config_maps, "demo", page);
  CHECK(names(first) == Lines{"a", "b"});
  CHECK(first.remaining == 2);
  api.remove(config_maps, "demo", "c");
  make(config_maps, R"({"metadata":{"name":"bb"}})");
  merge(config_maps, "d", R"({"data":{"x":"1"}})", "m");
  page.continue_token = first.continue_token;
  const ListResult second = api.list(config_maps, "demo", page);
  CHECK(names(second) == Lines{"c", "d"});
  CHECK(second.items[1]->contains("data") == false);
  CHECK(second.continue_token.empty());
  CHECK(second.resource_version == first.resource_version);
  page.continue_token = "abc";
  CHECK(refusal_text([&] {
          api.list(config_maps, "demo", page);
        }).starts_with("400 invalid continue token: continue key is not valid"));
}

TEST_CASE_FIXTURE(ApiFixture, "label and field selectors choose, and say what they cannot") {
  make(pods, R"({"metadata":{"name":"a","labels":{"x":"1","n":"5"}},"spec":{"nodeName":"n1","containers":[{"name":"c",
      "image":"i"}]}})");
  make(pods, R"({"metadata":{"name":"b","labels":{"x":"2"}},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  make(pods, R"({"metadata":{"name":"c"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  struct Row {
    const char *labels, *fields;
    Lines found;
  };
  const std::array rows{
      Row{"x", "", {"a", "b"}},
      Row{"!x", "", {"c"}},
      Row{"x=1", "", {"a"}},
      Row{"x==1", "", {"a"}},
      Row{"x!=1", "", {"b", "c"}},
      Row{"x in (1, 2)", "", {"a", "b"}},
      Row{"x notin (1)", "", {"b", "c"}},
      Row{"n>4", "", {"a"}},
      Row{"n<4", "", {}},
      Row{"x,n", "", {"a"}},
      Row{"", "spec.nodeName=n1", {"a"}},
      Row{"", "spec.nodeName=", {"b", "c"}},
      Row{"", "metadata.name!=b,status.phase=Pending", {"a", "c"}},
      Row{"x", "metadata.namespace=demo,metadata.name=b", {"b"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.labels);
    CAPTURE(row.fields);
    ListOptions options;
    options.selectors = {row.labels, row.fields};
    CHECK(names(api.list(pods, "demo", options)) == row.found);
  }
  struct Refused {
    const char *labels, *fields, *text;
  };
  constexpr std::array refused{
      Refused{"a b", "", "400 unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"},
      Refused{"a in (x", "", "400 unable to parse requirement: found '', expected: ',' or ')'"},
      Refused{"a=b c", "", "400 found 'c', expected: ',' or 'end of string'"},
      Refused{"", "foo=bar", "400 field label not supported: foo"},
      Refused{"", "foo", "400 invalid selector: 'foo'; can't understand 'foo'"},
  };
  for (const Refused& row : refused) {
    CAPTURE(row.text);
    ListOptions options;
    options.selectors = {row.labels, row.fields};
    CHECK(refusal_text([&] { api.list(pods, "demo", options); }) == row.text);
  }
  ListOptions options;
  options.selectors.fields = "foo=bar";
  CHECK(refusal_text([&] { api.list(config_maps, "demo", options); }) ==
        "400 \"foo\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
}

TEST_CASE_FIXTURE(ApiFixture, "two hundred watchers all see every change") {
  std::vector<std::unique_ptr<Subscription>> watches;
  for (int count = 0; count < 200; ++count) watches.push_back(api.watch(config_maps, "demo", {}, "", false));
  std::vector<int> counted(watches.size(), 0);
  {
    std::vector<std::jthread> readers;
    for (std::size_t at = 0; at < watches.size(); ++at) {
      readers.emplace_back([&, at](const std::stop_token& stop) {
        while (counted[at] < 20 && watches[at]->next(std::chrono::minutes(1), stop)) ++counted[at];
      });
    }
    for (int change = 0; change < 20; ++change) {
      make(config_maps, R"({"metadata":{"name":"c)" + std::to_string(change) + R"("}})");
    }
    for (std::jthread& reader : readers) reader.join();
  }
  CHECK(counted == std::vector<int>(watches.size(), 20));
}

TEST_CASE_FIXTURE(ApiFixture, "loaded objects are there at once, and whoever watched before starts anew") {
  const auto before = api.watch(pods, "", {}, "", false);
  std::vector<Json> objects;
  for (int count = 0; count < 100; ++count) {
    objects.push_back({{"apiVersion", "v1"},
                       {"kind", "Pod"},
                       {"metadata", {{"name", "p" + std::to_string(count)}, {"namespace", "demo"}}}});
  }
  api.load(std::move(objects));
  CHECK(api.list(pods, "").items.size() == 100);
  CHECK((*api.get(pods, "demo", "p7"))["metadata"].contains("uid"));
  CHECK(refusal_text([&] { told(*before); }).starts_with("410 too old resource version"));
  // Nobody tracked them, so their first apply meets a manager made up for what was there.
  CHECK(refusal_text([&] {
          apply(pods, R"({"metadata":{"name":"p7","labels":{"a":"b"}}})", "m");
        }).starts_with("422 Pod \"p7\" is invalid"));
}

TEST_CASE_FIXTURE(ApiFixture, "a loaded pod has its defaults, so that a label can be put on it") {
  api.load({Json{{"apiVersion", "v1"},
                 {"kind", "Pod"},
                 {"metadata", {{"name", "a"}, {"namespace", "demo"}}},
                 {"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i"}}})}}}}});
  CHECK((*merge(pods, "a", R"({"metadata":{"labels":{"x":"y"}}})", "m"))["metadata"]["labels"]["x"] == "y");
  CHECK((*api.get(pods, "demo", "a"))["spec"]["restartPolicy"] == "Always");
}

}  // namespace dba::sandbox::api::test
