// A pattern of host names, by whole labels: "*.inference.svc" matches
// vllm.inference.svc, and neither evil-inference.svc, a.b.inference.svc nor
// vllm.inference.svc.evil.com. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace gpuscaler::engines {

class HostGlob {
 public:
  // Labels with dots between them. "*" is exactly one label, whatever it is; "**",
  // in the first place alone and not alone, one or more. An address without
  // wildcards matches itself. INVALID_ARGUMENT naming `text`: a "*" beside other
  // characters of a label, "**" elsewhere, an empty label.
  static absl::StatusOr<HostGlob> Parse(std::string_view text);

  // `host`: lower case, no dot at the end. A glob with wildcards matches no address.
  bool Matches(std::string_view host) const;
  const std::string& text() const { return text_; }

 private:
  explicit HostGlob(std::string text);

  std::string text_;  // lower case
  std::vector<std::string> labels_;
};

}  // namespace gpuscaler::engines
