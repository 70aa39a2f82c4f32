#include "streaming/byte_pipe.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace dba::sandbox::streaming {

namespace {

constexpr std::size_t kMostUnread = 1U << 20U;

/// One direction.
struct Lane {
  std::mutex mutex{};
  std::condition_variable changed{};
  std::string bytes{};
  bool ended = false;      ///< Nothing more is written.
  bool abandoned = false;  ///< Nobody reads any more.
};

class PipeEnd final : public ByteStream {
 public:
  PipeEnd(std::shared_ptr<Lane> in, std::shared_ptr<Lane> out) : in_(std::move(in)), out_(std::move(out)) {}
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  ~PipeEnd() override {
    close_write();
    const std::lock_guard lock(in_->mutex);
    in_->abandoned = true;
    in_->changed.notify_all();
  }

  std::optional<std::size_t> read(char* buffer, std::size_t size, std::chrono::nanoseconds wait) override {
    std::unique_lock lock(in_->mutex);
    if (!in_->changed.wait_for(lock, wait, [this] { return in_->ended || !in_->bytes.empty(); })) return std::nullopt;
    const std::size_t count = std::min(size, in_->bytes.size());
    std::copy_n(in_->bytes.begin(), count, buffer);
    in_->bytes.erase(0, count);
    in_->changed.notify_all();
    return count;
  }

  bool write(std::string_view bytes) override {
    std::unique_lock lock(out_->mutex);
    out_->changed.wait(lock, [this] { return out_->abandoned || out_->ended || out_->bytes.size() < kMostUnread; });
    if (out_->abandoned || out_->ended) return false;
    out_->bytes += bytes;
    out_->changed.notify_all();
    return true;
  }

  void close_write() override {
    const std::lock_guard lock(out_->mutex);
    out_->ended = true;
    out_->changed.notify_all();
  }

 private:
  std::shared_ptr<Lane> in_, out_;
};

}  // namespace

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> make_byte_pipe() {
  auto there = std::make_shared<Lane>();
  auto back = std::make_shared<Lane>();
  return {std::make_unique<PipeEnd>(there, back), std::make_unique<PipeEnd>(back, there)};
}

}  // namespace dba::sandbox::streaming
