// The files that flags name, but for certificates: what is simulated, and what engines are
// read with.
#include <string>

#include "base/strings.h"
#include "doctor/checks.h"
#include "engines/scraping/bearer_tokens.h"
#include "engines/scraping/tls_trust.h"
#include "sources/simulated/load_simulated.h"

namespace gpuscaler::doctor {
namespace {

Finding OfStatus(std::string_view flag, const absl::Status& status, std::string ok,
                 std::string_view mend) {
  if (status.ok()) return Ok(std::move(ok));
  return NotOk(base::StrCat(flag, ": ", base::Message(status)), std::string(mend));
}

}  // namespace

Findings CheckScenario(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (subject.scenario.empty()) return {Skipped("--scenario is not given")};
  if (subject.reads_hardware) {
    return {NotOk("--scenario is given, and --source reads hardware",
                  "add --source=simulated, or leave --scenario out")};
  }
  return {OfStatus("--scenario", sources::LoadScript(subject.scenario).status(),
                   base::StrCat(subject.scenario, " can be played"),
                   "mend the file, or name another one")};
}

Findings CheckEngineFiles(const Examined& examined) {
  const engines::ScraperOptions& options = examined.subject.engines;
  Findings findings;
  if (!options.authorities_file.empty()) {
    findings.push_back(OfStatus(
        "--engine-ca", engines::TlsTrust(options.authorities_file).Context(base::Now()).status(),
        base::StrCat(options.authorities_file, " holds authorities"),
        "put the authorities of the engines' certificates there, PEM"));
  }
  for (const engines::TokenRule& rule : options.tokens) {
    // A glob matches its own text.
    const auto token = engines::BearerTokens({rule}).For(rule.hosts.text(), base::Now());
    findings.push_back(OfStatus("--engine-auth", token.status(),
                                base::StrCat(rule.file, " holds the token for ", rule.hosts.text()),
                                "put the token there, alone and readable for the scaler's user"));
  }
  if (findings.empty()) return {Skipped("neither --engine-ca nor --engine-auth is given")};
  return findings;
}

}  // namespace gpuscaler::doctor
