#include "simulation/pod_name.h"

#include <algorithm>

#include "base/strings.h"
#include "catalog/workload_kinds.h"

namespace gpuscaler::simulation {
namespace {

// Five characters of Kubernetes' alphabet, counted.
std::string Random(uint64_t number) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz";
  std::string text;
  for (; text.size() < 5; number /= kAlphabet.size()) text += kAlphabet[number % kAlphabet.size()];
  return text;
}

std::string FromGlob(std::string_view glob, uint64_t number) {
  std::string name;
  for (const char c : glob) {
    if (c == '*') {
      base::StrAppend(&name, number);
    } else {
      name += c == '?' ? 'x' : c;
    }
  }
  return name;
}

}  // namespace

std::optional<std::string> PodName(const scaling::WorkloadRef& workload, uint64_t number) {
  const std::string& name = workload.name;
  const std::string forms[] = {
      base::StrCat((name + "-7d9c8b5f4d-").substr(0, catalog::kLongestPodPrefix), Random(number)),
      base::StrCat(name, "-", number),
      base::StrCat((name + "-").substr(0, catalog::kLongestPodPrefix), Random(number)),
      FromGlob(name, number),
  };
  for (const std::string& form : forms) {
    if (workload.kind->replica(form, name)) return form;
  }
  return std::nullopt;
}

}  // namespace gpuscaler::simulation
