// Files of the repository, for tests.
#pragma once

#include <string>
#include <vector>

#include "lint/lint.h"

namespace gpuscaler::lint {

// All below `folder`, a path within the repository, whose names end with `suffix`, in
// order; their paths are within the repository too.
std::vector<InputFile> ReadFiles(const std::string& folder, const std::string& suffix);

}  // namespace gpuscaler::lint
