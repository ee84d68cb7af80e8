#include "engines/scraping/host_glob.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "engines/endpoint/ip_address.h"

namespace gpuscaler::engines {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kAnyMany = "**";

std::vector<std::string> Labels(std::string_view host) {
  return absl::StrSplit(base::ToAbsl(host), '.');
}

}  // namespace

HostGlob::HostGlob(std::string text) : text_(std::move(text)), labels_(Labels(text_)) {}

absl::StatusOr<HostGlob> HostGlob::Parse(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return absl::InvalidArgumentError(
        base::StrCat("\"", text, "\" is no pattern of hosts such as ", "*.NAMESPACE.svc: ", why));
  };
  HostGlob glob(absl::AsciiStrToLower(base::ToAbsl(text)));
  if (IpAddress::Parse(glob.text_)) return glob;
  for (size_t i = 0; i < glob.labels_.size(); ++i) {
    const std::string& label = glob.labels_[i];
    if (label.empty()) return wrong("a label is empty");
    if (label == kAnyMany && i > 0) return wrong("\"**\" is the first label or none");
    if (label == kAny || label == kAnyMany) continue;
    if (label.find('*') != std::string::npos) return wrong("\"*\" stands for a whole label");
    if (!std::all_of(label.begin(), label.end(), [](unsigned char c) {
          return absl::ascii_isalnum(c) || c == '-' || c == '_';
        })) {
      return wrong("a label has letters, digits and hyphens");
    }
  }
  if (glob.text_ == kAnyMany) return wrong("it matches every host; name the domain");
  return glob;
}

bool HostGlob::Matches(std::string_view host) const {
  if (host == text_) return true;
  if (IpAddress::Parse(host)) return false;
  const std::vector<std::string> labels = Labels(host);
  const bool many = labels_.front() == kAnyMany;
  if (many ? labels.size() < labels_.size() : labels.size() != labels_.size()) return false;
  // From the end: what "**" stands for is left over.
  return std::equal(labels_.rbegin(), labels_.rend() - (many ? 1 : 0), labels.rbegin(),
                    [](const std::string& pattern, const std::string& label) {
                      return !label.empty() && (pattern == kAny || pattern == label);
                    });
}

}  // namespace gpuscaler::engines
