#include "json_builder.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace dba::codec {

Json& ObjectBuilder::at(std::string key, bool& added) {
  constexpr std::size_t kFewMembers = 16;
  auto& members = object_->get_ref<Json::object_t&>();
  added = false;
  if (members.size() < kFewMembers) {
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == key; });
    if (found != members.end()) return found->second;
  } else {
    const Json::object_t::Container& list = members;
    for (std::size_t i = index_.size(); i < list.size(); ++i) index_.emplace(list[i].first, i);
    const auto found = index_.find(key);
    if (found != index_.end()) return members.begin()[static_cast<std::ptrdiff_t>(found->second)].second;
  }
  added = true;
  return members.emplace_back(std::move(key), Json()).second;
}

}  // namespace dba::codec
