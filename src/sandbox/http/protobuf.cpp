#include "http/protobuf.hpp"

#include <array>
#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/timestamp.hpp"
#include "dba/base/utf8.hpp"

#include "api/refusals.hpp"
#include "http/problems.hpp"

namespace dba::sandbox::http {

namespace {

constexpr int kMaximumDepth = 32;
constexpr std::array<std::string_view, 2> kReadable{"application/json", "application/yaml"};

api::StatusError malformed() { return api::bad_request("the protobuf body of the request is malformed"); }

/// One field as it stands on the wire: a number, or the bytes of a text, message or map entry.
struct WireField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  std::string_view bytes{};
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  /// @throws StatusError 400 for a torn or unknown encoding.
  std::optional<WireField> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t tag = varint();
    WireField field{.number = static_cast<std::uint32_t>(tag >> 3)};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        field.bytes = take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        field.bytes = take(4);
        break;
      default:
        throw malformed();
    }
    return field;
  }

 private:
  std::string_view rest_;

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) throw malformed();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed();
  }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw malformed();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
};

std::string text_of(std::string_view bytes) {
  if (!is_valid_utf8(bytes)) throw malformed();
  return std::string(bytes);
}

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// Of Time: seconds and nanoseconds. Null for the zero time.
Json time_of(std::string_view bytes) {
  std::int64_t seconds = 0;
  bool present = false;
  WireReader reader(bytes);
  while (const std::optional<WireField> field = reader.next()) {
    if (field->number == 1) seconds = signed_of(field->value);
    present = true;
  }
  constexpr std::int64_t kFarthest = 253'402'300'799;  // 9999-12-31T23:59:59Z
  if (!present || seconds < 0 || seconds > kFarthest) return Json();
  return format_rfc3339(WallTime(std::chrono::seconds(seconds)));
}

Json int_or_string_of(std::string_view bytes) {
  std::uint64_t type = 0;
  std::int64_t number = 0;
  std::string text;
  WireReader reader(bytes);
  while (const std::optional<WireField> field = reader.next()) {
    if (field->number == 1) type = field->value;
    if (field->number == 2) number = signed_of(field->value);
    if (field->number == 3) text = text_of(field->bytes);
  }
  return type == 1 ? Json(text) : Json(number);
}

void add_map_entry(Json& map, std::string_view bytes, bool base64) {
  std::string key;
  std::string_view value;
  WireReader reader(bytes);
  while (const std::optional<WireField> field = reader.next()) {
    if (field->number == 1) key = text_of(field->bytes);
    if (field->number == 2) value = field->bytes;
  }
  map[key] = base64 ? base64_encode(value) : text_of(value);
}

Json message_of(std::string_view bytes, std::string_view name, int depth);

/// Puts one wire field into `object` as its table row says. Empty values of plain fields mean absence.
void add_field(Json& object, const ProtoField& row, const WireField& field, int depth) {
  const std::string key(row.name);
  switch (row.type) {
    case ProtoType::text:
      if (!field.bytes.empty()) object[key] = text_of(field.bytes);
      break;
    case ProtoType::text_list:
      object[key].push_back(text_of(field.bytes));
      break;
    case ProtoType::bytes:
      if (!field.bytes.empty()) object[key] = base64_encode(field.bytes);
      break;
    case ProtoType::number:
    case ProtoType::set_number:
      if (field.value != 0 || row.type == ProtoType::set_number) object[key] = signed_of(field.value);
      break;
    case ProtoType::flag:
    case ProtoType::set_flag:
      if (field.value != 0 || row.type == ProtoType::set_flag) object[key] = field.value != 0;
      break;
    case ProtoType::time:
      if (Json time = time_of(field.bytes); !time.is_null()) object[key] = std::move(time);
      break;
    case ProtoType::int_or_string:
      object[key] = int_or_string_of(field.bytes);
      break;
    case ProtoType::text_map:
    case ProtoType::bytes_map:
      add_map_entry(object[key], field.bytes, row.type == ProtoType::bytes_map);
      break;
    case ProtoType::message:
      object[key] = message_of(field.bytes, row.message, depth + 1);
      break;
    case ProtoType::message_list:
      object[key].push_back(message_of(field.bytes, row.message, depth + 1));
      break;
  }
}

Json message_of(std::string_view bytes, std::string_view name, int depth) {
  if (depth > kMaximumDepth) throw malformed();
  Json object = Json::object();
  WireReader reader(bytes);
  while (const std::optional<WireField> field = reader.next()) {
    for (const ProtoField& row : proto_fields(name)) {
      if (row.number == field->number) add_field(object, row, *field, depth);
    }
  }
  return object;
}

}  // namespace

Json decode_protobuf(std::string_view body) {
  if (!body.starts_with(kProtobufMagic)) throw malformed();
  std::string api_version, kind;
  std::string_view raw;
  WireReader envelope(body.substr(kProtobufMagic.size()));
  while (const std::optional<WireField> field = envelope.next()) {
    if (field->number == 2) raw = field->bytes;
    if (field->number != 1) continue;
    WireReader type(field->bytes);
    while (const std::optional<WireField> part = type.next()) {
      if (part->number == 1) api_version = text_of(part->bytes);
      if (part->number == 2) kind = text_of(part->bytes);
    }
  }
  if (proto_fields(kind).empty()) throw unknown_media_type(kReadable);
  Json object = Json::object();
  object["apiVersion"] = api_version;
  object["kind"] = kind;
  object.update(message_of(raw, kind, 0));
  return object;
}

}  // namespace dba::sandbox::http
