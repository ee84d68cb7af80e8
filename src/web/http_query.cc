#include "web/http_query.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace gpuscaler::web {
namespace {

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

absl::StatusOr<std::string> Decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto high = i + 1 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
    if (!high || !low) {
      return absl::InvalidArgumentError(
          base::StrCat("in ", base::QuotedStart(text), " a % is not followed by two hex digits"));
    }
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

bool IsText(std::string_view text) {
  while (!text.empty()) {
    const size_t length = base::Utf8Length(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (length == 0 || first < 0x20 || first == 0x7F) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string Allowed(std::initializer_list<std::string_view> allowed) {
  std::string names;
  for (const std::string_view name : allowed) base::AppendItem(&names, name);
  return names.empty() ? "none is allowed" : base::StrCat("allowed are: ", names);
}

absl::Status CheckValue(std::string_view name, std::string_view value) {
  if (value.size() > HttpQuery::kLongestValue) {
    return absl::InvalidArgumentError(base::StrCat(name, " has ", value.size(), " bytes; at most ",
                                                   HttpQuery::kLongestValue, " are allowed"));
  }
  if (!IsText(value)) {
    return absl::InvalidArgumentError(base::StrCat(
        name, " is ", base::QuotedStart(value), "; it must be UTF-8 without control characters"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HttpQuery> HttpQuery::Parse(std::string_view text,
                                           std::initializer_list<std::string_view> allowed) {
  HttpQuery query;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    auto name = Decode(pair.substr(0, equals));
    if (!name.ok()) return name.status();
    if (std::find(allowed.begin(), allowed.end(), *name) == allowed.end()) {
      return absl::InvalidArgumentError(
          base::StrCat("unknown parameter ", base::QuotedStart(*name), "; ", Allowed(allowed)));
    }
    auto value = Decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!value.ok()) return value.status();
    if (absl::Status fits = CheckValue(*name, *value); !fits.ok()) return fits;
    if (query.values_.contains(*name)) {
      return absl::InvalidArgumentError(
          base::StrCat("parameter \"", *name, "\" is given twice; once is allowed"));
    }
    query.values_.emplace(*std::move(name), *std::move(value));
  }
  return query;
}

const std::string* HttpQuery::Find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::string HttpQuery::Text(std::string_view name) const {
  const std::string* value = Find(name);
  return value == nullptr ? std::string() : *value;
}

absl::StatusOr<uint64_t> HttpQuery::Count(std::string_view name, uint64_t fallback, uint64_t least,
                                          uint64_t most) const {
  const std::string* value = Find(name);
  if (value == nullptr) return fallback;
  uint64_t number = 0;
  const char* const end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc() || stopped != end || number < least || number > most) {
    return absl::InvalidArgumentError(base::StrCat(name, " is ", base::QuotedStart(*value),
                                                   "; it must be a whole number from ", least,
                                                   " to ", most));
  }
  return number;
}

}  // namespace gpuscaler::web
