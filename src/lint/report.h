// Findings as people, scripts and GitHub read them.
#pragma once

#include <string>

#include "lint/lint.h"

namespace gpuscaler::lint {

// "FILE:LINE: error: message [rule]", a line each, then a line that counts.
std::string TextReport(const Result& result);
// One object: {"files": 1, ..., "findings": [{"file": ..., "line": ..., "rule": ...,
// "severity": ..., "title": ..., "message": ...}]}.
std::string JsonReport(const Result& result);
// Commands of a GitHub workflow, which shows them at the lines of a pull request.
std::string GithubReport(const Result& result);

}  // namespace gpuscaler::lint
