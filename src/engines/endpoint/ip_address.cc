#include "engines/endpoint/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

bool SameBits(std::span<const uint8_t> a, std::span<const uint8_t> b, size_t bits) {
  const size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) {
    return false;
  }
  const size_t rest = bits % 8;
  return rest == 0 || (a[whole] >> (8 - rest)) == (b[whole] >> (8 - rest));
}

IpAddress FirstOf(const IpAddress& address, size_t length) {
  IpAddress::V6Bytes bytes = {};
  for (size_t i = 0; i < address.bytes().size(); ++i) {
    const size_t kept = std::min<size_t>(8, length > i * 8 ? length - i * 8 : 0);
    bytes[i] = static_cast<uint8_t>(address.bytes()[i] & (0xFF00U >> kept));
  }
  if (!address.is_v4()) return IpAddress(bytes);
  return IpAddress(IpAddress::V4Bytes{bytes[0], bytes[1], bytes[2], bytes[3]});
}

struct EmbeddingRow {
  std::string_view range;
  size_t at;  // the byte where the IPv4 address begins
};
constexpr EmbeddingRow kEmbeddings[] = {
    {"::ffff:0:0/96", 12},    // mapped (RFC 4291)
    {"::ffff:0:0:0/96", 12},  // translated (RFC 2765)
    {"::/96", 12},            // compatible (RFC 4291, deprecated)
    {"64:ff9b::/96", 12},     // NAT64 (RFC 6052)
    {"2002::/16", 2},         // 6to4 (RFC 3056)
};

}  // namespace

IpAddress::IpAddress(const V4Bytes& bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != std::string_view(terminated.c_str()).size()) return std::nullopt;
  V4Bytes v4 = {};
  if (inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return IpAddress(v4);
  V6Bytes v6 = {};
  if (inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return IpAddress(v6);
  return std::nullopt;
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof(text));
  return text;
}

std::optional<IpAddress> EmbeddedV4(const IpAddress& address) {
  if (address.is_v4()) return std::nullopt;
  const auto bytes = address.bytes();
  // :: and ::1 are addresses of their own.
  if (std::all_of(bytes.begin(), bytes.end() - 1, [](uint8_t b) { return b == 0; }) &&
      bytes.back() <= 1) {
    return std::nullopt;
  }
  for (const EmbeddingRow& row : kEmbeddings) {
    if (!IpRange::Parse(row.range)->Holds(address)) continue;
    return IpAddress(
        IpAddress::V4Bytes{bytes[row.at], bytes[row.at + 1], bytes[row.at + 2], bytes[row.at + 3]});
  }
  return std::nullopt;
}

absl::StatusOr<IpRange> IpRange::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address) {
    return absl::InvalidArgumentError(
        base::StrCat("\"", text, "\" is no range of addresses such as 10.0.0.0/8 or fd00::/8"));
  }
  const size_t most = address->bytes().size() * 8;
  size_t length = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, length);
    if (error != std::errc() || stop != end || length > most) {
      return absl::InvalidArgumentError(
          base::StrCat("\"", text, "\": the length after the slash is a number from 0 to ", most));
    }
  }
  const IpAddress first = FirstOf(*address, length);
  if (first != *address) {
    return absl::InvalidArgumentError(base::StrCat("\"", text, "\" has bits below its length; the ",
                                                   "range is ", first.ToString(), "/", length));
  }
  return IpRange(first, length);
}

bool IpRange::Holds(const IpAddress& address) const {
  return address.is_v4() == first_.is_v4() && SameBits(address.bytes(), first_.bytes(), length_);
}

std::string IpRange::ToString() const {
  return base::StrCat(first_.ToString(), "/", length_);
}

}  // namespace gpuscaler::engines
