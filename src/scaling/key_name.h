// The names of metadata keys: whose they are, and what a wrong one was meant
// to be.
#pragma once

#include <string>
#include <string_view>

#include "scaling/metadata_key.h"

namespace gpuscaler::scaling {

// The row of `key`, which may end in FromEnv; nullptr: no key of ours.
const KeyRow* FindKey(std::string_view key);
// KEDA's own, which it passes on to every external scaler.
bool IsKedaKey(std::string_view key);

// The one, ours or KEDA's, of which `key` is a likely misspelling; empty: none.
std::string_view LikelyKey(std::string_view key);

// Whether `key` is KEYFromEnv: its value comes from the environment of the scale target.
bool IsFromEnv(std::string_view key);

// Why `key` is refused: which key it was probably meant to be, or all there are. Its
// value, of which nobody knows what it is, is not told.
std::string UnknownKeyMessage(std::string_view key);

}  // namespace gpuscaler::scaling
