// What CLI11 does not say by itself about the value of a flag: what is allowed.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

// Adds to each option of `app` and of its subcommands the check of an empty value,
// of a whole number and of a duration. After all options are there.
void CheckValues(CLI::App& app);

}  // namespace gpuscaler::cli
