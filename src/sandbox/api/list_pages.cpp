#include "api/list_pages.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"

#include "api/refusals.hpp"
#include "api/selectors.hpp"

namespace dba::sandbox::api {

namespace {

struct Position {
  std::uint64_t version = 0;
  std::string ns{}, name{};  ///< Of the last object that was handed out.
};

std::string format_token(const Position& position) {
  const Json token = {{"v", "meta.k8s.io/v1"}, {"rv", position.version}, {"start", position.ns + "/" + position.name}};
  std::string text = base64_encode(token.dump());
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

/// Where Go's decoder gives up: at a letter that is none of base64's, or at the last group when it is too short.
std::size_t first_illegal_byte(std::string_view given) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return std::min(given.find_first_not_of(kLetters), given.size() - given.size() % 4);
}

Position parse_token(std::string_view given) {
  std::string text(given);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  Json token;
  try {
    token = codec::parse_json(base64_decode(text), "the continue token");
  } catch (const Error&) {
    throw bad_request(
        fmt::format("invalid continue token: continue key is not valid: illegal base64 data at input byte {}",
                    first_illegal_byte(given)));
  }
  const auto version = codec::int_at(token, {"rv"});
  const std::string start = codec::string_at(token, {"start"});
  const std::size_t slash = start.find('/');
  if (!version || *version <= 0 || slash == std::string::npos) {
    throw bad_request("invalid continue token: continue key is not valid: incorrect encoded start resourceVersion");
  }
  return {static_cast<std::uint64_t>(*version), start.substr(0, slash), start.substr(slash + 1)};
}

bool comes_after(const Json& object, const Position& position) {
  return std::pair(codec::namespace_of(object), codec::name_of(object)) > std::pair(position.ns, position.name);
}

Snapshot snapshot_for(const Collection& collection, std::string_view ns, const std::string& token) {
  if (token.empty()) return collection.snapshot(ns);
  const Position position = parse_token(token);
  std::optional<Snapshot> taken = collection.snapshot_at(ns, position.version);
  if (!taken) {
    throw expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list.");
  }
  std::erase_if(taken->items, [&](const Object& object) { return !comes_after(*object, position); });
  return std::move(*taken);
}

}  // namespace

ListResult list_collection(const Collection& collection, std::string_view ns, const ListOptions& options) {
  const Filter filter(collection.type(), options.selectors);
  Snapshot taken = snapshot_for(collection, ns, options.continue_token);
  ListResult result;
  result.resource_version = std::to_string(taken.version);
  if (!filter.everything()) std::erase_if(taken.items, [&](const Object& object) { return !filter.matches(*object); });
  const std::size_t limit = static_cast<std::size_t>(std::max<std::int64_t>(options.limit, 0));
  if (limit > 0 && taken.items.size() > limit) {
    const Json& last = *taken.items[limit - 1];
    result.continue_token = format_token({taken.version, codec::namespace_of(last), codec::name_of(last)});
    if (filter.everything()) result.remaining = static_cast<std::int64_t>(taken.items.size() - limit);
    taken.items.resize(limit);
  }
  result.items = std::move(taken.items);
  return result;
}

}  // namespace dba::sandbox::api
