#include "scaling/key_name.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "base/strings.h"

namespace gpuscaler::scaling {
namespace {

constexpr std::string_view kFromEnv = "FromEnv";
constexpr std::array<std::string_view, 7> kKedaKeys = {
    "scalerAddress", "enableTLS",     "unsafeSsl",   "tlsCertFile",
    "caCert",        "tlsClientCert", "tlsClientKey"};

std::string_view WithoutFromEnv(std::string_view key) {
  const bool from_env = key.size() > kFromEnv.size() && key.ends_with(kFromEnv);
  return from_env ? key.substr(0, key.size() - kFromEnv.size()) : key;
}

}  // namespace

const KeyRow* FindKey(std::string_view key) {
  const std::string_view name = WithoutFromEnv(key);
  for (const KeyRow& row : KeyRows()) {
    if (row.doc.key == name) return &row;
  }
  return nullptr;
}

bool IsKedaKey(std::string_view key) {
  return std::find(kKedaKeys.begin(), kKedaKeys.end(), WithoutFromEnv(key)) != kKedaKeys.end();
}

std::string_view LikelyKey(std::string_view key) {
  std::vector<std::string_view> known;
  for (const KeyRow& row : KeyRows()) known.push_back(row.doc.key);
  known.insert(known.end(), kKedaKeys.begin(), kKedaKeys.end());
  return base::LikelyMeant(WithoutFromEnv(key), known);
}

bool IsFromEnv(std::string_view key) {
  return WithoutFromEnv(key).size() != key.size();
}

std::string UnknownKeyMessage(std::string_view key) {
  const std::string_view meant = LikelyKey(key);
  const std::string message =
      base::StrCat("unknown key ", base::QuotedStart(key), "; its value is not shown; ");
  if (!meant.empty()) {
    return base::StrCat(message, "did you mean ", meant,
                        IsFromEnv(key) ? kFromEnv : std::string_view(), "?");
  }
  std::string keys;
  for (const KeyRow& row : KeyRows()) base::AppendItem(&keys, row.doc.key);
  return base::StrCat(message, "the keys are ", keys);
}

}  // namespace gpuscaler::scaling
