// An IP address, and a range of them (CIDR), as plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace gpuscaler::engines {

class IpAddress {
 public:
  using V4Bytes = std::array<uint8_t, 4>;
  using V6Bytes = std::array<uint8_t, 16>;

  IpAddress() = default;  // 0.0.0.0
  explicit IpAddress(const V4Bytes& bytes);
  explicit IpAddress(const V6Bytes& bytes) : is_v4_(false), bytes_(bytes) {}

  // "10.0.0.1" with four decimal numbers and no leading zeros, or IPv6 without
  // brackets and zone. Empty: anything else.
  static std::optional<IpAddress> Parse(std::string_view text);

  bool is_v4() const { return is_v4_; }
  // 4 or 16, in network order.
  std::span<const uint8_t> bytes() const { return {bytes_.data(), is_v4_ ? 4U : 16U}; }
  std::string ToString() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  // IPv4 first.
  friend bool operator<(const IpAddress& a, const IpAddress& b) {
    return a.is_v4_ != b.is_v4_ ? a.is_v4_ : a.bytes_ < b.bytes_;
  }

 private:
  bool is_v4_ = true;
  V6Bytes bytes_ = {};  // of IPv4 the first four
};

// The IPv4 address that an IPv6 address stands for: mapped (::ffff:0:0/96),
// translated (::ffff:0:0:0/96), compatible (::/96, other than :: and ::1), NAT64
// (64:ff9b::/96), 6to4 (2002::/16). Empty: none.
std::optional<IpAddress> EmbeddedV4(const IpAddress& address);

class IpRange {
 public:
  // "10.0.0.0/8", "fd00::/8", or an address, which is a range of one.
  // INVALID_ARGUMENT naming `text` and what would be right.
  static absl::StatusOr<IpRange> Parse(std::string_view text);

  // Of the same family, always: an IPv4 range holds no IPv6 address.
  bool Holds(const IpAddress& address) const;
  bool Holds(const IpRange& other) const { return length_ <= other.length_ && Holds(other.first_); }
  std::string ToString() const;

 private:
  IpRange(const IpAddress& first, size_t length) : first_(first), length_(length) {}

  IpAddress first_;
  size_t length_;  // leading bits that its addresses share
};

}  // namespace gpuscaler::engines
