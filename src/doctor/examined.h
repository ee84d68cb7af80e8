// What every check looks at.
#pragma once

#include <memory>
#include <utility>

#include "base/time.h"
#include "doctor/nvml_probe.h"
#include "doctor/subject.h"

namespace gpuscaler::doctor {

struct Examined {
  explicit Examined(Subject of)
      : subject(std::move(of)),
        deadline(base::Now() + subject.patience),
        nvml(NvmlProbe::Start(subject)) {}

  const Subject subject;
  const base::SteadyTime deadline;  // by which each check answers
  const std::shared_ptr<NvmlProbe> nvml;
};

}  // namespace gpuscaler::doctor
