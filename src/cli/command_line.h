// The command line: flags of both roles and the subcommands.
#pragma once

namespace gpuscaler::cli {

// Parses and runs. The process's exit code; 2, after one line on standard
// error, for a command line that is wrong.
int RunCommandLine(int argc, const char* const* argv);

}  // namespace gpuscaler::cli
