#include "doctor/examination.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/strings.h"

namespace gpuscaler::doctor {
namespace {

// Beyond the checks' own deadline: they say more than that they hang.
constexpr base::Duration kGrace = std::chrono::milliseconds(500);

// What a check's thread leaves behind; it may outlive who waits for it.
class Outcome {
 public:
  void Set(Findings findings) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      base::MutexLock lock(mutex_);
      findings_ = std::move(findings);
    }
    set_.NotifyAll();
  }
  std::optional<Findings> Await(base::SteadyTime deadline) ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    while (!findings_ && base::Now() < deadline) set_.WaitUntil(mutex_, {}, deadline);
    return findings_;
  }

 private:
  base::Mutex mutex_;
  base::CondVar set_;
  std::optional<Findings> findings_ ABSL_GUARDED_BY(mutex_);
};

std::shared_ptr<Outcome> Begin(const CheckRow& check, std::shared_ptr<const Examined> examined) {
  auto outcome = std::make_shared<Outcome>();
  std::thread([&check, examined = std::move(examined), outcome] {
    base::SetThreadName("check");
    Findings findings = check.run(*examined);
    if (findings.empty()) findings.push_back(Skipped("there is nothing to look at"));
    outcome->Set(std::move(findings));
  }).detach();
  return outcome;
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  constexpr std::string_view kNames[] = {"ok", "not ok", "warn", "skipped"};
  return kNames[static_cast<size_t>(verdict)];
}

bool Examination::ok() const {
  return std::all_of(results.begin(), results.end(), [](const CheckResult& result) {
    return std::none_of(result.findings.begin(), result.findings.end(),
                        [](const Finding& finding) { return finding.verdict == Verdict::kNotOk; });
  });
}

Examination Examine(Subject subject, std::span<const CheckRow> checks) {
  const auto examined = std::make_shared<const Examined>(std::move(subject));
  std::vector<std::shared_ptr<Outcome>> outcomes;
  outcomes.reserve(checks.size());
  for (const CheckRow& check : checks) outcomes.push_back(Begin(check, examined));

  Examination examination;
  const base::SteadyTime deadline = examined->deadline + kGrace;
  for (size_t i = 0; i < checks.size(); ++i) {
    auto findings = outcomes[i]->Await(deadline);
    if (!findings) {
      examination.something_hangs = true;
      findings = {
          NotOk(base::StrCat("no answer within ", base::FormatDuration(examined->subject.patience)),
                std::string(checks[i].if_it_hangs))};
    }
    examination.results.push_back({&checks[i], *std::move(findings)});
  }
  examination.something_hangs = examination.something_hangs || examined->nvml->hangs();
  return examination;
}

}  // namespace gpuscaler::doctor
