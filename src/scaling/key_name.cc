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
// Of these, those whose values are nobody's secret.
constexpr std::array<std::string_view, 3> kOpenKedaKeys = {"scalerAddress", "enableTLS",
                                                           "unsafeSsl"};

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

std::string UnknownKeyMessage(std::string_view key, std::string_view value) {
  const std::string_view meant = LikelyKey(key);
  const bool secret = IsKedaKey(meant) && std::find(kOpenKedaKeys.begin(), kOpenKedaKeys.end(),
                                                    meant) == kOpenKedaKeys.end();
  std::string message = base::StrCat("unknown key ", base::QuotedStart(key));
  if (!secret) base::StrAppend(&message, " (value ", base::QuotedStart(value), ")");
  if (!meant.empty()) {
    const bool from_env = WithoutFromEnv(key).size() != key.size();
    const std::string_view suffix = from_env ? kFromEnv : std::string_view();
    base::StrAppend(&message, "; did you mean ", meant, suffix, "?");
    return message;
  }
  std::string keys;
  for (const KeyRow& row : KeyRows()) base::AppendItem(&keys, row.doc.key);
  return base::StrCat(message, "; the keys are ", keys);
}

}  // namespace gpuscaler::scaling
