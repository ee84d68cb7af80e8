#include "engines/scraping/address_guard.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

struct RefusedRow {
  std::string_view range;
  std::string_view what;
};
// Not here, because clusters number their pods with them: 10/8, 172.16/12, 192.168/16,
// 100.64/10, 240/4 and fc00::/7.
constexpr RefusedRow kRefused[] = {
    {"0.0.0.0/8", "unspecified"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link-local"},
    {"224.0.0.0/4", "multicast"},
    {"255.255.255.255/32", "broadcast"},
    {"::/128", "unspecified"},
    {"::1/128", "loopback"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "site-local, which nothing uses any more"},
    {"ff00::/8", "multicast"},
    // Metadata services hand out the credentials of the machine.
    {"169.254.169.254/32", "the cloud's metadata service"},
    {"169.254.170.2/32", "AWS's credentials of tasks"},
    {"169.254.170.23/32", "AWS's credentials of pods"},
    {"100.100.100.200/32", "Alibaba's metadata service"},
    {"168.63.129.16/32", "Azure's wire server"},
    {"192.0.0.192/32", "Oracle's metadata service"},
    {"fd00:ec2::254/128", "AWS's metadata service"},
    {"fd00:ec2::23/128", "AWS's credentials of pods"},
    {"fd20:ce::254/128", "Google's metadata service"},
    {"fd00:42::42/128", "Scaleway's metadata service"},
    {"fd00:c1::a9fe:a9fe/128", "Oracle's metadata service"},
    // Where they lead is not to be read off them.
    {"2001::/32", "a Teredo tunnel"},
    {"64:ff9b:1::/48", "a NAT64 of local use"},
};

struct ParsedRow {
  IpRange range;
  std::string_view what;
};
const std::vector<ParsedRow>& Refusals() {
  static const auto& rows = *new std::vector<ParsedRow>([] {
    std::vector<ParsedRow> parsed;
    for (const RefusedRow& row : kRefused) parsed.push_back({*IpRange::Parse(row.range), row.what});
    return parsed;
  }());
  return rows;
}

bool AnyHolds(const std::vector<IpRange>& ranges, const IpAddress& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const IpRange& range) { return range.Holds(address); });
}

absl::Status Denied(const IpAddress& address, const IpAddress& judged, std::string_view why) {
  std::string name = address.ToString();
  if (judged != address) base::StrAppend(&name, " (which stands for ", judged.ToString(), ")");
  return absl::PermissionDeniedError(base::StrCat(name, " must not be dialled: ", why));
}

}  // namespace

AddressGuard::AddressGuard(std::vector<IpRange> allow, std::vector<IpRange> deny)
    : allow_(std::move(allow)), deny_(std::move(deny)) {}

absl::Status AddressGuard::Judge(const IpAddress& address) const {
  const auto embedded = EmbeddedV4(address);
  if (absl::Status refused = Refused(address, address); !refused.ok()) return refused;
  if (embedded) {
    if (absl::Status refused = Refused(address, *embedded); !refused.ok()) return refused;
  }
  if (allow_.empty() || AnyHolds(allow_, address) || (embedded && AnyHolds(allow_, *embedded))) {
    return absl::OkStatus();
  }
  return Denied(address, embedded.value_or(address), "it is in no range of --engine-allow-cidr");
}

absl::Status AddressGuard::Refused(const IpAddress& address, const IpAddress& judged) const {
  for (const IpRange& range : deny_) {
    if (!range.Holds(judged)) continue;
    return Denied(address, judged,
                  base::StrCat("it is in ", range.ToString(), " of --engine-deny-cidr"));
  }
  for (const ParsedRow& row : Refusals()) {
    if (!row.range.Holds(judged) || Opens(row.range, judged)) continue;
    return Denied(address, judged,
                  base::StrCat("it is ", row.what, " (", row.range.ToString(),
                               "); --engine-allow-cidr with a range within that opens it"));
  }
  return absl::OkStatus();
}

bool AddressGuard::Opens(const IpRange& refused, const IpAddress& address) const {
  return std::any_of(allow_.begin(), allow_.end(), [&](const IpRange& range) {
    return refused.Holds(range) && range.Holds(address);
  });
}

}  // namespace gpuscaler::engines
