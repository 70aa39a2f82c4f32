#include "streaming/spdy_frames.hpp"

#include <array>

#include <fmt/format.h>
#include <zlib.h>

#include "dba/base/error.hpp"

namespace dba::sandbox::streaming {

namespace {

constexpr std::size_t kFrameHeader = 8;
constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kLargestControl = 64 * 1024;
constexpr std::size_t kLargestData = 1 << 20;  ///< Clients send a few KiB at once.
constexpr std::size_t kLargestHeaders = 256 * 1024;

constexpr std::array kTypes{SpdyType::unknown,  SpdyType::syn_stream,   SpdyType::syn_reply, SpdyType::rst_stream,
                            SpdyType::settings, SpdyType::unknown,      SpdyType::ping,      SpdyType::goaway,
                            SpdyType::headers,  SpdyType::window_update};

Error not_spdy(std::string_view what) { return Error(ExitCode::unexpected, fmt::format("not SPDY/3: {}", what)); }

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  if (at + 4 > bytes.size()) throw not_spdy("a frame is too short");
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put_number(std::string& bytes, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift & 0xffU);
}

unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

SpdyHeaders parse_headers(std::string_view block) {
  SpdyHeaders headers;
  std::size_t at = 0;
  const auto take_number = [&] {
    const std::uint32_t value = number_at(block, at);
    at += 4;
    return value;
  };
  const auto take_text = [&] {
    const std::uint32_t size = take_number();
    if (size > block.size() - at) throw not_spdy("a header runs over its block");
    std::string text(block.substr(at, size));
    at += size;
    return text;
  };
  const std::uint32_t count = take_number();
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string name = take_text();
    headers[std::move(name)] = take_text();
  }
  return headers;
}

std::string format_headers(const SpdyHeaders& headers) {
  std::string block;
  put_number(block, static_cast<std::uint32_t>(headers.size()));
  for (const auto& [name, value] : headers) {
    put_number(block, static_cast<std::uint32_t>(name.size()));
    block += name;
    put_number(block, static_cast<std::uint32_t>(value.size()));
    block += value;
  }
  return block;
}

}  // namespace

struct SpdyReader::Inflater {
  Inflater() {
    if (::inflateInit(&stream) != Z_OK) throw not_spdy("zlib does not start");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { ::inflateEnd(&stream); }

  std::string inflate(std::string_view compressed) {
    std::string input(compressed);
    std::string result;
    std::array<unsigned char, 4096> chunk{};
    stream.next_in = raw(input);
    stream.avail_in = static_cast<uInt>(input.size());
    while (true) {
      stream.next_out = chunk.data();
      stream.avail_out = static_cast<uInt>(chunk.size());
      int code = ::inflate(&stream, Z_SYNC_FLUSH);
      if (code == Z_NEED_DICT) {
        const auto dictionary = spdy_dictionary();
        code = ::inflateSetDictionary(&stream, dictionary.data(), static_cast<uInt>(dictionary.size()));
        if (code == Z_OK) continue;
      }
      if (code != Z_OK && code != Z_BUF_ERROR) throw not_spdy("a header block does not inflate");
      const std::size_t got = chunk.size() - stream.avail_out;
      result.append(reinterpret_cast<const char*>(chunk.data()), got);
      if (result.size() > kLargestHeaders) throw not_spdy("a header block is too large");
      if (stream.avail_in == 0 && stream.avail_out != 0) return result;
      if (code == Z_BUF_ERROR && got == 0) return result;
    }
  }

  z_stream stream{};
};

struct SpdyWriter::Deflater {
  Deflater() {
    const auto dictionary = spdy_dictionary();
    if (::deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK ||
        ::deflateSetDictionary(&stream, dictionary.data(), static_cast<uInt>(dictionary.size())) != Z_OK) {
      throw not_spdy("zlib does not start");
    }
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { ::deflateEnd(&stream); }

  std::string deflate(std::string block) {
    std::string result(::deflateBound(&stream, block.size()) + 64, '\0');
    stream.next_in = raw(block);
    stream.avail_in = static_cast<uInt>(block.size());
    stream.next_out = raw(result);
    stream.avail_out = static_cast<uInt>(result.size());
    if (::deflate(&stream, Z_SYNC_FLUSH) != Z_OK) throw not_spdy("a header block does not deflate");
    result.resize(result.size() - stream.avail_out);
    return result;
  }

  z_stream stream{};
};

SpdyReader::SpdyReader() : inflater_(std::make_unique<Inflater>()) {}
SpdyReader::~SpdyReader() = default;
SpdyWriter::SpdyWriter() : deflater_(std::make_unique<Deflater>()) {}
SpdyWriter::~SpdyWriter() = default;

void SpdyReader::feed(std::string_view bytes) { buffer_ += bytes; }

std::optional<SpdyFrame> SpdyReader::next() {
  if (buffer_.size() < kFrameHeader) return std::nullopt;
  const std::uint32_t first = number_at(buffer_, 0);
  const std::uint32_t second = number_at(buffer_, 4);
  const std::size_t length = second & 0xffffffU;
  const bool control = (first & 0x80000000U) != 0;
  if (control && (first >> 16U & 0x7fffU) != kVersion) throw not_spdy("another version");
  if (control && length > kLargestControl) throw not_spdy("a control frame is too large");
  if (!control && length > kLargestData) throw not_spdy("a data frame is too large");
  if (buffer_.size() < kFrameHeader + length) return std::nullopt;
  const std::string body = buffer_.substr(kFrameHeader, length);
  buffer_.erase(0, kFrameHeader + length);
  SpdyFrame frame;
  frame.fin = (second >> 24U & 1U) != 0;
  if (!control) {
    frame.type = SpdyType::data;
    frame.stream = first & 0x7fffffffU;
    frame.payload = body;
    return frame;
  }
  const std::size_t type = first & 0xffffU;
  frame.type = type < kTypes.size() ? kTypes[type] : SpdyType::unknown;
  switch (frame.type) {
    case SpdyType::syn_stream:
      frame.stream = number_at(body, 0) & 0x7fffffffU;
      if (body.size() < 10) throw not_spdy("a frame is too short");
      frame.headers = parse_headers(inflater_->inflate(std::string_view(body).substr(10)));
      break;
    case SpdyType::syn_reply:
    case SpdyType::headers:
      frame.stream = number_at(body, 0) & 0x7fffffffU;
      frame.headers = parse_headers(inflater_->inflate(std::string_view(body).substr(4)));
      break;
    case SpdyType::rst_stream:
    case SpdyType::window_update:
      frame.stream = number_at(body, 0) & 0x7fffffffU;
      frame.number = number_at(body, 4);
      break;
    case SpdyType::ping:
      frame.number = number_at(body, 0);
      break;
    case SpdyType::data:
    case SpdyType::settings:
    case SpdyType::goaway:
    case SpdyType::unknown:
      break;
  }
  return frame;
}

std::string SpdyWriter::write(const SpdyFrame& frame) {
  std::string body;
  switch (frame.type) {
    case SpdyType::data:
      body = frame.payload;
      break;
    case SpdyType::syn_stream:
      put_number(body, frame.stream);
      put_number(body, 0);
      body += std::string(2, '\0');
      body += deflater_->deflate(format_headers(frame.headers));
      break;
    case SpdyType::syn_reply:
    case SpdyType::headers:
      put_number(body, frame.stream);
      body += deflater_->deflate(format_headers(frame.headers));
      break;
    case SpdyType::rst_stream:
    case SpdyType::window_update:
    case SpdyType::goaway:
      put_number(body, frame.stream);
      put_number(body, frame.number);
      break;
    case SpdyType::ping:
      put_number(body, frame.number);
      break;
    case SpdyType::settings:
    case SpdyType::unknown:
      put_number(body, 0);
      break;
  }
  std::string bytes;
  if (frame.type == SpdyType::data) {
    put_number(bytes, frame.stream);
  } else {
    std::uint32_t type = 0;
    while (type + 1 < kTypes.size() && kTypes[type] != frame.type) ++type;
    put_number(bytes, 0x80000000U | kVersion << 16U | type);
  }
  put_number(bytes, (frame.fin ? 1U << 24U : 0U) | static_cast<std::uint32_t>(body.size()));
  return bytes + body;
}

}  // namespace dba::sandbox::streaming
