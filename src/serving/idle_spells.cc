#include "serving/idle_spells.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

std::string KeyOf(const scaling::Trigger& trigger) {
  return base::StrCat(scaling::WhichWorkload(*trigger.workload), " ", trigger.warmup.count(), " ",
                      static_cast<int>(trigger.metric));
}

}  // namespace

std::optional<base::SteadyTime> IdleSpells::Since(const scaling::Trigger& trigger,
                                                  base::SteadyTime now) const {
  const std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  const auto spell = spells_.find(key);
  if (spell == spells_.end() || now - spell->second.seen > trigger.warmup) return std::nullopt;
  return spell->second.began;
}

void IdleSpells::Note(const scaling::Trigger& trigger, const scaling::WorkloadParts& parts,
                      base::SteadyTime now) {
  // What a missing one does nobody knows: it is neither work nor idleness.
  if (parts.fresh + parts.warming == 0) return;
  std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  if (parts.working > 0) {
    spells_.erase(key);
    return;
  }
  const auto [at, is_new] = spells_.try_emplace(std::move(key), Spell{now, now});
  Spell& spell = at->second;
  if (now - spell.seen > trigger.warmup) spell.began = now;
  spell.seen = now;
  if (!is_new || spells_.size() <= kMost) return;
  spells_.erase(std::min_element(
      spells_.begin(), spells_.end(),
      [](const auto& one, const auto& other) { return one.second.seen < other.second.seen; }));
}

}  // namespace gpuscaler::serving
