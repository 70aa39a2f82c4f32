#pragma once
// Objects in Kubernetes' protobuf: kubectl's typed commands (create namespace, auth can-i …) send them for built-in
// kinds. Answers are always JSON, which such clients accept too.

#include <cstdint>
#include <span>
#include <string_view>

#include "dba/codec/json.hpp"

namespace dba::sandbox::http {

enum class ProtoType {
  text,
  text_list,
  bytes,  ///< Base64 in JSON.
  number,
  set_number,  ///< Zero is a value, not absence.
  flag,
  set_flag,
  time,
  int_or_string,
  text_map,
  bytes_map,
  message,
  message_list,
};

struct ProtoField {
  std::uint32_t number;
  std::string_view name;
  ProtoType type;
  std::string_view message{};  ///< Of message and message_list.
};

/// Fields of a message by its name ("ObjectMeta"); empty for an unknown one.
std::span<const ProtoField> proto_fields(std::string_view message);

inline constexpr std::string_view kProtobufMagic{"k8s\0", 4};

/// "k8s\0" and an envelope of apiVersion, kind and the message. Fields that are not in the tables are left out.
/// @throws StatusError 415 for a kind without a table, 400 for a body that is no such envelope.
Json decode_protobuf(std::string_view body);

}  // namespace dba::sandbox::http
