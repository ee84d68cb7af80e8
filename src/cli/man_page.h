// The man page, from the same tables as --help.
#pragma once

#include <string>
#include <vector>

#include "cli/docs_command.h"

namespace gpuscaler::cli {

// keda-gpu-scaler(1) in roff with the man macros.
std::string ManPage(const CLI::App& app, const std::vector<Subcommand>& subcommands);

}  // namespace gpuscaler::cli
