// A number in a string, as KEDA reads it: by Go's strconv.ParseFloat.
#pragma once

#include <optional>
#include <string_view>

namespace gpuscaler::manifests {

// Empty: it is none. With blanks around it, or beyond what a double holds, it is none either.
// Infinity, NaN and underscores between digits, which Go takes, are left out: nobody means them.
std::optional<double> ReadGoFloat(std::string_view text);

}  // namespace gpuscaler::manifests
