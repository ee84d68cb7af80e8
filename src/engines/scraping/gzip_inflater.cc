#include "engines/scraping/gzip_inflater.h"

#include <zlib.h>

#include <array>
#include <new>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

constexpr size_t kPieceBytes = 16 * 1024;
constexpr int kGzipOnly = 15 + 16;  // the largest window; zlib's way to say gzip

}  // namespace

struct GzipInflater::Stream {
  Stream() {
    if (inflateInit2(&zlib, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { inflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib = {};
};

GzipInflater::GzipInflater() : stream_(std::make_unique<Stream>()) {}
GzipInflater::~GzipInflater() = default;

absl::Status GzipInflater::Feed(std::string_view compressed, const ChunkSink& sink) {
  z_stream& zlib = stream_->zlib;
  // zlib's pointer is not const, and it does not write through it.
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  zlib.avail_in = static_cast<uInt>(compressed.size());
  std::array<char, kPieceBytes> piece;
  bool full = false;
  while (zlib.avail_in > 0 || full) {
    if (ended_ && inflateReset(&zlib) != Z_OK) return absl::InternalError("zlib cannot begin anew");
    ended_ = false;
    zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
    zlib.avail_out = kPieceBytes;
    const uInt before = zlib.avail_in;
    const int result = inflate(&zlib, Z_NO_FLUSH);
    taken_ += before - zlib.avail_in;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return absl::InvalidArgumentError(base::StrCat(
          "the body is not gzip as its Content-Encoding says: ",
          zlib.msg != nullptr ? std::string_view(zlib.msg) : "a dictionary is needed"));
    }
    const size_t size = kPieceBytes - zlib.avail_out;
    given_ += size;
    if (given_ > kRatioFrom && given_ / kMostRatio > taken_) {
      return absl::ResourceExhaustedError(
          base::StrCat("the body inflates to more than ", kMostRatio, " times its size"));
    }
    if (size > 0) {
      if (absl::Status sunk = sink({piece.data(), size}); !sunk.ok()) return sunk;
    }
    ended_ = result == Z_STREAM_END;
    full = !ended_ && zlib.avail_out == 0;
    if (result == Z_BUF_ERROR && size == 0) break;
  }
  return absl::OkStatus();
}

absl::Status GzipInflater::Finish() const {
  if (ended_) return absl::OkStatus();
  return absl::InvalidArgumentError("the gzip body is cut off");
}

}  // namespace gpuscaler::engines
