#include "serving/idle_spells.h"

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

std::string KeyOf(const scaling::Trigger& trigger) {
  return base::StrCat(scaling::WhichWorkload(*trigger.workload), " ", trigger.warmup.count(), " ",
                      static_cast<int>(trigger.metric), " ",
                      trigger.gpu_index ? base::StrCat(*trigger.gpu_index) : "");
}

}  // namespace

std::optional<base::SteadyTime> IdleSpells::Since(const scaling::Trigger& trigger,
                                                  base::SteadyTime now) {
  const auto spell = spells_.find(KeyOf(trigger));
  if (spell == spells_.end()) return std::nullopt;
  if (now - spell->second.seen > trigger.warmup) {
    spells_.erase(spell);
    return std::nullopt;
  }
  return spell->second.began;
}

void IdleSpells::Note(const scaling::Trigger& trigger, const scaling::WorkloadParts& parts,
                      base::SteadyTime now) {
  // A missing one may be at work.
  if (parts.working + parts.missing > 0) {
    spells_.erase(KeyOf(trigger));
    return;
  }
  if (parts.fresh + parts.warming == 0) return;
  const auto [spell, is_new] = spells_.try_emplace(KeyOf(trigger), Spell{now, now});
  spell->second.seen = now;
  if (!is_new || spells_.size() <= kMost) return;
  spells_.erase(std::min_element(
      spells_.begin(), spells_.end(),
      [](const auto& one, const auto& other) { return one.second.seen < other.second.seen; }));
}

}  // namespace gpuscaler::serving
