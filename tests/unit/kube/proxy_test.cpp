// Which proxy Go's rules choose, row by row.
#include <doctest/doctest.h>

#include "dba/base/error.hpp"
#include "dba/kube/config.hpp"

#include "proxy_rules.hpp"
#include "url_parts.hpp"

namespace dba::kube {

namespace {

using Map = platform::Environment::Map;

std::string proxy(std::string_view url, const Map& map) {
  return proxy_from_environment(url, platform::Environment(map));
}

}  // namespace

TEST_CASE("the variable that names the proxy") {
  struct Row {
    const char* name;
    const char* url;
    Map environment;
    const char* want;
  };
  for (const Row& row : std::vector<Row>{
           {"none", "https://host", {}, ""},
           {"https", "https://host", {{"HTTPS_PROXY", "http://p:1"}, {"HTTP_PROXY", "http://q:1"}}, "http://p:1"},
           {"http", "http://host", {{"HTTPS_PROXY", "http://p:1"}, {"HTTP_PROXY", "http://q:1"}}, "http://q:1"},
           {"capitals win",
            "https://host",
            {{"HTTPS_PROXY", "http://p:1"}, {"https_proxy", "http://q:1"}},
            "http://p:1"},
           {"lower case", "https://host", {{"https_proxy", "http://q:1"}}, "http://q:1"},
           {"an empty one is none", "https://host", {{"HTTPS_PROXY", ""}, {"https_proxy", "http://q:1"}}, "http://q:1"},
           {"lower case http", "http://host", {{"http_proxy", "http://q:1"}}, "http://q:1"},
           {"ALL_PROXY does not count", "https://host", {{"ALL_PROXY", "http://p:1"}, {"all_proxy", "http://p:1"}}, ""},
           {"http from a web server's client does not",
            "http://host",
            {{"HTTP_PROXY", "http://p:1"}, {"REQUEST_METHOD", "GET"}},
            ""},
           {"https is safe there",
            "https://host",
            {{"HTTPS_PROXY", "http://p:1"}, {"REQUEST_METHOD", "GET"}},
            "http://p:1"},
           {"no scheme means http", "https://host", {{"HTTPS_PROXY", "p:3128"}}, "http://p:3128"},
           {"https proxy", "https://host", {{"HTTPS_PROXY", "https://p"}}, "https://p"},
           {"socks5 resolves at the proxy", "https://host", {{"HTTPS_PROXY", "socks5://p:1080"}}, "socks5h://p:1080"},
           {"socks5h", "https://host", {{"HTTPS_PROXY", "SOCKS5H://p"}}, "socks5h://p"},
           {"user and password stay",
            "https://host",
            {{"HTTPS_PROXY", "http://joe:s%40t@p:1/"}},
            "http://joe:s%40t@p:1"},
           {"IPv6 proxy", "https://host", {{"HTTPS_PROXY", "http://[fd00::1]:3128"}}, "http://[fd00::1]:3128"},
       }) {
    SUBCASE(row.name) { CHECK(proxy(row.url, row.environment) == row.want); }
  }
}

TEST_CASE("the target that needs no proxy") {
  struct Row {
    const char* no_proxy;
    const char* url;
    bool direct;
  };
  for (const Row& row : std::vector<Row>{
           {"", "https://host", false},
           // Never over a proxy, whatever NO_PROXY says.
           {"", "https://localhost:6443", true},
           {"", "https://LocalHost", true},
           {"", "https://127.0.0.1:6443", true},
           {"", "https://127.8.9.10", true},
           {"", "https://[::1]:6443", true},
           {"", "https://[::ffff:127.0.0.1]", true},
           {"", "https://128.0.0.1", false},
           {"", "https://[::2]", false},
           {"", "https://localhost.example.com", false},
           // Everything.
           {"*", "https://host", true},
           {"a, * ,b", "https://10.0.0.1", true},
           // Names: themselves and what is below them.
           {"example.com", "https://example.com", true},
           {"example.com", "https://api.example.com", true},
           {"example.com", "https://notexample.com", false},
           {"example.com", "https://example.com.evil.org", false},
           {"EXAMPLE.com", "https://API.Example.Com", true},
           {" other , example.com ,", "https://example.com", true},
           // A leading dot, or star and dot: only what is below.
           {".example.com", "https://api.example.com", true},
           {".example.com", "https://example.com", false},
           {"*.example.com", "https://a.b.example.com", true},
           {"*.example.com", "https://example.com", false},
           // Ports: named ones must be the target's, which may be its scheme's.
           {"example.com:6443", "https://example.com:6443", true},
           {"example.com:6443", "https://example.com", false},
           {"example.com:443", "https://example.com", true},
           {"example.com:80", "http://example.com", true},
           {".example.com:6443", "https://api.example.com:6443", true},
           {"10.0.0.1:6443", "https://10.0.0.1:6443", true},
           {"10.0.0.1:6443", "https://10.0.0.1:443", false},
           {"[fd00::1]:6443", "https://[fd00::1]:6443", true},
           {"[fd00::1]:6443", "https://[fd00::1]", false},
           // Addresses.
           {"10.0.0.1", "https://10.0.0.1:6443", true},
           {"10.0.0.1", "https://10.0.0.2", false},
           {"::ffff:10.0.0.1", "https://10.0.0.1", true},
           {"fd00::1", "https://[fd00:0::1]:6443", true},
           {"[fd00::1]", "https://[fd00::1]", true},
           // Networks hold addresses only; a name is never resolved for this.
           {"10.0.0.0/8", "https://10.200.3.4", true},
           {"10.0.0.0/8", "https://11.0.0.1", false},
           {"10.1.2.3/8", "https://10.200.3.4", true},
           {"10.0.0.128/25", "https://10.0.0.127", false},
           {"10.0.0.128/25", "https://10.0.0.128", true},
           {"0.0.0.0/0", "https://1.2.3.4", true},
           {"0.0.0.0/0", "https://host", false},
           {"0.0.0.0/0", "https://[fd00::1]", false},
           {"fd00::/8", "https://[fd12::5]:6443", true},
           {"fd00::/8", "https://[fe80::5]", false},
           {"10.0.0.0/33", "https://10.0.0.1", false},
           // A domain that ends like an address does not match one.
           {".1", "https://10.0.0.1", false},
           // What cannot be read is no exemption.
           {":6443", "https://host:6443", false},
           {"[fd00::1", "https://[fd00::1]", false},
           {",,", "https://host", false},
       }) {
    CAPTURE(row.no_proxy);
    CAPTURE(row.url);
    const Map map{{"HTTPS_PROXY", "http://p:1"}, {"HTTP_PROXY", "http://p:1"}, {"NO_PROXY", row.no_proxy}};
    CHECK(proxy(row.url, map) == (row.direct ? "" : "http://p:1"));
  }
}

TEST_CASE("NO_PROXY in capitals wins over the other, unless it is empty") {
  const Map base{{"HTTPS_PROXY", "http://p:1"}};
  Map both = base;
  both["NO_PROXY"] = "other";
  both["no_proxy"] = "host";
  CHECK(proxy("https://host", both) == "http://p:1");
  both["NO_PROXY"] = "";
  CHECK(proxy("https://host", both).empty());
}

TEST_CASE("a proxy that cannot be is told without its password") {
  const auto message = [](const char* value) {
    try {
      return proxy("https://host", {{"https_proxy", value}});
    } catch (const Error& error) {
      return error.info().message;
    }
  };
  CHECK(message("ftp://joe:secret@p") ==
        "https_proxy: unsupported scheme \"ftp\", must be http, https, socks5 or socks5h");
  CHECK(message("http://joe:secret@:x") == "https_proxy: is not a URL or a host:port pair");
}

TEST_CASE("URLs come apart and together again") {
  for (const char* url : {"https://host", "https://host:6443/a/b", "http://joe:pw@[fd00::1]:80/", "socks5h://p"}) {
    REQUIRE(split_url(url));
    CHECK(split_url(url)->text() == url);
  }
  CHECK(split_url("https://host?x#y")->text() == "https://host");
  CHECK(split_url("https://a@b@host")->host == "host");
  for (const char* url : {"", "host", "host:80", "://host", "https://", "https://:80", "https://host:x", "https://[::1",
                          "https://[::1]x", "https://host:123456"}) {
    CAPTURE(url);
    CHECK_FALSE(split_url(url).has_value());
  }
}

TEST_CASE("passwords are hidden in any URL") {
  CHECK(without_password("https://host/a@b") == "https://host/a@b");
  CHECK(without_password("https://joe:pw@host/a") == "https://***@host/a");
  CHECK(without_password("joe:pw@host") == "***@host");
  CHECK(without_password("ftp://a@b@host?x=@") == "ftp://***@host?x=@");
}

}  // namespace dba::kube
