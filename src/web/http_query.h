// The parameters of a request's query, read against what a page takes.
//
//   auto query = HttpQuery::Parse(request.query, {"namespace", "limit"});
//   if (!query.ok()) return ErrorResponse(400, base::Message(query.status()));
//   auto limit = query->Count("limit", 100, 1, 1000);
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace gpuscaler::web {

class HttpQuery {
 public:
  static constexpr size_t kLongestValue = 512;  // decoded

  // Of "a=1&b=two%20words"; a `+` is a space, a name without `=` has an empty value.
  // INVALID_ARGUMENT naming the parameter and what is right: one that is not in `allowed`,
  // one given twice, a % without two hex digits, a value that is not UTF-8, holds a
  // control character or is too long.
  static absl::StatusOr<HttpQuery> Parse(std::string_view text,
                                         std::initializer_list<std::string_view> allowed);

  // nullptr: not given.
  const std::string* Find(std::string_view name) const;
  // Empty: not given, or given empty.
  std::string Text(std::string_view name) const;
  // A whole number; `fallback` where it is not given. INVALID_ARGUMENT: none, or out of
  // [least, most].
  absl::StatusOr<uint64_t> Count(std::string_view name, uint64_t fallback, uint64_t least,
                                 uint64_t most) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace gpuscaler::web
