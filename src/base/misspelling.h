// What a word that nobody knows was probably meant to be.
#pragma once

#include <span>
#include <string_view>

namespace gpuscaler::base {

// The candidate that `word` is a likely misspelling of, letter case aside, or
// empty: at most one edit in three letters (insert, delete, replace, swap two
// neighbours), but two in short words and three at most. The first of several equally near ones.
std::string_view LikelyMeant(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace gpuscaler::base
