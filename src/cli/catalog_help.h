// The end of `--help`: what a trigger's metadata can say.
#pragma once

#include <string>

namespace gpuscaler::cli {

// From the tables: the names of the metadata keys, metrics, profiles and
// aggregations with a line each, and where they are documented.
std::string CatalogHelp();

}  // namespace gpuscaler::cli
