// `docs man`, through the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/strings.h"
#include "e2e/child_process.h"
#include "scaling/trigger.h"

namespace gpuscaler::cli {
namespace {

using testing::HasSubstr;

std::string Page() {
  const e2e::Finished run = e2e::RunScaler({"docs", "man"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  return run.output;
}

TEST(ManPage, HasTheSectionsThatOneLooksFor) {
  const std::string page = Page();
  for (const char* section :
       {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SUBCOMMANDS", "TRIGGER METADATA",
        "ENVIRONMENT", "FILES", "SIGNALS", "EXIT STATUS", "EXAMPLES"}) {
    EXPECT_THAT(page, HasSubstr(base::StrCat("\n.SH ", section, "\n")));
  }
}

TEST(ManPage, HasEveryFlagSubcommandAndKey) {
  const std::string page = Page();
  for (const char* text :
       {"\\fB\\-\\-stale\\-after=VALUE\\fR", "\\fB\\-\\-max\\-nodes=VALUE\\fR", ".SS Of a gateway",
        "keda\\-gpu\\-scaler snapshot [OPTIONS]", "keda\\-gpu\\-scaler simulate [OPTIONS] FILE",
        "keda\\-gpu\\-scaler doctor [OPTIONS]", "keda\\-gpu\\-scaler watch [OPTIONS] FILES...",
        "\\fB\\-\\-open\\-loop\\fR\n", "\\fBNODE_NAME\\fR"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  for (const scaling::KeyDoc& key : scaling::KeyDocs()) {
    EXPECT_THAT(page, HasSubstr(base::StrCat("\\fB", key.key, "\\fR\n")));
  }
}

// A line that begins with a dot or an apostrophe is a request; all of ours are known.
TEST(ManPage, HasNoRequestByAccident) {
  std::istringstream lines(Page());
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || (line[0] != '.' && line[0] != '\'')) continue;
    EXPECT_THAT(line, testing::MatchesRegex("\\.(\\\\\"|TH|SH|SS|TP|B|I|RI|br|PP).*"));
  }
}

}  // namespace
}  // namespace gpuscaler::cli
