// Inflates a gzip stream as it comes, within limits. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"

namespace gpuscaler::engines {

// Takes a piece of a body; an error ends the reading of it.
using ChunkSink = std::function<absl::Status(std::string_view chunk)>;

class GzipInflater {
 public:
  // The text of metrics shrinks to a tenth, at its most repetitive to a fiftieth; what
  // shrinks more is made to fill memory. Counted from this size on.
  static constexpr uint64_t kMostRatio = 200;
  static constexpr uint64_t kRatioFrom = 256 * 1024;

  GzipInflater();
  ~GzipInflater();
  GzipInflater(const GzipInflater&) = delete;
  GzipInflater& operator=(const GzipInflater&) = delete;

  // Hands what `compressed` inflates to on, in pieces of at most 16 KiB.
  // INVALID_ARGUMENT for what is not gzip, RESOURCE_EXHAUSTED for a ratio above
  // kMostRatio, or the sink's error; no call may follow an error.
  absl::Status Feed(std::string_view compressed, const ChunkSink& sink);

  // INVALID_ARGUMENT: the stream has no end.
  absl::Status Finish() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  uint64_t taken_ = 0;  // compressed bytes
  uint64_t given_ = 0;
  bool ended_ = false;  // at the end of a member: another may follow (RFC 1952)
};

}  // namespace gpuscaler::engines
