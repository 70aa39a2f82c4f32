#pragma once
// What nearly every file includes, compiled once (rooms.cmake): the headers, and the JSON tree's own functions.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

extern template class std::vector<nlohmann::ordered_json>;
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
