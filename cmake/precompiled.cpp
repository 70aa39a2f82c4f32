// The definitions that precompiled.hpp announces.
#include <nlohmann/json.hpp>

template class std::vector<nlohmann::ordered_json>;
template class nlohmann::basic_json<nlohmann::ordered_map>;
