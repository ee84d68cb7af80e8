// Abseil's string functions for std::string_view: Debian's Abseil is built with
// a string_view type of its own, which the standard one does not convert to.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gpuscaler::base {

inline absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view FromAbsl(absl::string_view text) {
  return {text.data(), text.size()};
}

template <class T>
decltype(auto) ToAbslPiece(const T& piece) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(piece);
  } else {
    return (piece);
  }
}

// absl::StrCat and absl::StrAppend.
template <class... Pieces>
[[nodiscard]] std::string StrCat(const Pieces&... pieces) {
  return absl::StrCat(ToAbslPiece(pieces)...);
}
template <class... Pieces>
void StrAppend(std::string* text, const Pieces&... pieces) {
  absl::StrAppend(text, ToAbslPiece(pieces)...);
}

// Appends to a list in words: after ", " where the list has begun.
template <class Item>
void AppendItem(std::string* list, const Item& item) {
  StrAppend(list, list->empty() ? "" : ", ", item);
}

inline std::string_view Message(const absl::Status& status) {
  return FromAbsl(status.message());
}

}  // namespace gpuscaler::base
