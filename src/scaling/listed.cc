#include "scaling/listed.h"

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::scaling {
namespace {

constexpr size_t kMostNamed = 3;

}  // namespace

std::string Listed(const std::vector<std::string>& items, size_t count,
                   std::string_view separator) {
  std::string text;
  const size_t named = std::min(items.size(), kMostNamed);
  for (size_t i = 0; i < named; ++i) {
    base::StrAppend(&text, text.empty() ? std::string_view() : separator, items[i]);
  }
  if (count > named) base::StrAppend(&text, separator, "and ", count - named, " more");
  return text;
}

std::string Listed(const std::vector<std::string>& items, std::string_view separator) {
  return Listed(items, items.size(), separator);
}

}  // namespace gpuscaler::scaling
