#include "serving/decisions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "base/utf8.h"
#include "serving/object_reference.h"

namespace gpuscaler::serving {
namespace {

using externalscaler::ScaledObjectRef;

// Of the tree, the list, the entry and its trail.
constexpr size_t kNodes = 1536;
constexpr size_t kLongestError = 1024;

bool IsSameTrigger(const ScaledObjectRef& one, const ScaledObjectRef& other) {
  const auto& mine = one.scalermetadata();
  const auto& others = other.scalermetadata();
  return mine.size() == others.size() &&
         std::all_of(mine.begin(), mine.end(), [&others](const auto& entry) {
           const auto found = others.find(entry.first);
           return found != others.end() && found->second == entry.second;
         });
}

// The library's statuses share their text, so a copy costs a counter.
absl::Status Kept(const absl::Status& status) {
  const std::string_view message = base::Message(status);
  if (message.size() <= kLongestError) return status;
  return absl::Status(status.code(), base::ToUtf8(message.substr(0, kLongestError)));
}

uint32_t TenthsOf(base::SteadyTime time) {
  return static_cast<uint32_t>(time.time_since_epoch() / std::chrono::milliseconds(100));
}

void Take(const Answer& answer, base::SteadyTime now, KnownDecision& decision) {
  decision.last_question = answer.question;
  decision.asked_at = now;
  ++decision.answers;
  if (!answer.status.ok()) ++decision.errors;
  const bool of_value = answer.question == Question::kGetMetrics;
  if (of_value) {
    decision.value = answer.status.ok() ? answer.value : std::nullopt;
    decision.value_status = Kept(answer.status);
    decision.valued_at = now;
    decision.trail.Add(now, decision.value);
  }
  if (answer.active || !of_value) {
    decision.active = answer.active;
    decision.active_status = of_value ? absl::OkStatus() : Kept(answer.status);
    decision.active_at = now;
  }
  decision.held = answer.held;
}

}  // namespace

std::string_view QuestionName(Question question) {
  switch (question) {
    case Question::kGetMetrics:
      return "GetMetrics";
    case Question::kIsActive:
      return "IsActive";
    case Question::kStreamIsActive:
      return "StreamIsActive";
  }
  return "";
}

void ValueTrail::Add(base::SteadyTime now, std::optional<double> value) {
  const Kept kept = {TenthsOf(now),
                     value ? static_cast<float>(*value) : std::numeric_limits<float>::quiet_NaN()};
  if (!ring_.empty()) {
    const Kept& newest = ring_[(next_ + ring_.size() - 1) % ring_.size()];
    if (kept.tenths - newest.tenths < TenthsOf(base::SteadyTime(kGap))) return;
  }
  if (ring_.size() < kMost) {
    ring_.push_back(kept);
    return;
  }
  ring_[next_] = kept;
  next_ = (next_ + 1) % kMost;
}

std::vector<ValueTrail::Point> ValueTrail::Points() const {
  std::vector<Point> points;
  points.reserve(ring_.size());
  for (size_t i = 0; i < ring_.size(); ++i) {
    const Kept& kept = ring_[(next_ + i) % ring_.size()];
    points.push_back({base::SteadyTime(std::chrono::milliseconds(100) * int64_t{kept.tenths}),
                      std::isnan(kept.value) ? std::nullopt : std::optional<double>(kept.value)});
  }
  return points;
}

void Decisions::Record(const ScaledObjectRef& object, const Answer& answer, base::SteadyTime now) {
  if (!CheckReference(object).ok()) return;
  base::MutexLock lock(mutex_);
  Forget(now);
  auto found = Find(object);
  if (found == map_.end()) found = Insert(object, now);
  if (found == map_.end()) return;
  Entry& entry = found->second;
  Tally(entry.decision, false);
  Take(answer, now, entry.decision);
  Tally(entry.decision, true);
  turns_.splice(turns_.end(), turns_, entry.turn);
}

Decisions::Map::iterator Decisions::Find(const ScaledObjectRef& object) {
  const KeyView first(object.namespace_(), object.name(), 0);
  for (auto at = map_.lower_bound(first); at != map_.end(); ++at) {
    const ScaledObjectRef& known = *at->second.decision.object;
    if (known.name() != object.name() || known.namespace_() != object.namespace_()) break;
    if (IsSameTrigger(known, object)) return at;
  }
  return map_.end();
}

Decisions::Map::iterator Decisions::Insert(const ScaledObjectRef& object, base::SteadyTime now) {
  const size_t size = object.ByteSizeLong();
  if (size > kLargest) return map_.end();
  // Those of the same ScaledObject that are too many: the one asked for longest ago.
  const auto begin = map_.lower_bound(KeyView(object.namespace_(), object.name(), 0));
  const auto end = map_.lower_bound(
      KeyView(object.namespace_(), object.name(), std::numeric_limits<uint64_t>::max()));
  if (static_cast<size_t>(std::distance(begin, end)) >= kMostTriggers) {
    auto oldest = begin;
    for (auto at = begin; at != end; ++at) {
      if (at->second.decision.asked_at < oldest->second.decision.asked_at) oldest = at;
    }
    Erase(oldest);
  }

  Entry entry;
  entry.bytes = 2 * size + kNodes;
  entry.decision.object = std::make_shared<const ScaledObjectRef>(object);
  entry.decision.number = ++last_number_;
  entry.decision.asked_at = now;
  while (!turns_.empty() && (map_.size() >= kMost || bytes_ + entry.bytes > kMostBytes)) {
    Erase(map_.find(*turns_.front()));
  }
  bytes_ += entry.bytes;
  const uint64_t number = entry.decision.number;
  const auto added =
      map_.emplace(Key(object.namespace_(), object.name(), number), std::move(entry)).first;
  added->second.turn = turns_.insert(turns_.end(), &added->first);
  Tally(added->second.decision, true);
  return added;
}

void Decisions::Erase(Map::iterator entry) {
  Tally(entry->second.decision, false);
  bytes_ -= entry->second.bytes;
  turns_.erase(entry->second.turn);
  map_.erase(entry);
}

void Decisions::Forget(base::SteadyTime now) {
  while (!turns_.empty()) {
    const auto oldest = map_.find(*turns_.front());
    if (now - oldest->second.decision.asked_at <= kForgetAfter) return;
    Erase(oldest);
  }
}

void Decisions::Tally(const KnownDecision& decision, bool comes) {
  const auto count = [comes](size_t& counter) { comes ? ++counter : --counter; };
  count(counts_.total);
  if (decision.held) count(counts_.held);
  if (!decision.status().ok()) {
    count(counts_.failed);
  } else if (decision.active) {
    count(*decision.active ? counts_.active : counts_.inactive);
  }
}

std::vector<Decisions::Reference> Decisions::References(std::string_view object_namespace,
                                                        base::SteadyTime now) {
  std::vector<Reference> all;
  base::MutexLock lock(mutex_);
  Forget(now);
  if (object_namespace.empty()) all.reserve(map_.size());
  const auto begin = object_namespace.empty()
                         ? map_.begin()
                         : map_.lower_bound(KeyView(object_namespace, std::string_view(), 0));
  for (auto at = begin; at != map_.end(); ++at) {
    if (!object_namespace.empty() && std::get<0>(at->first) != object_namespace) break;
    all.push_back({at->second.decision.object, at->second.decision.number});
  }
  return all;
}

Decisions::Page Decisions::List(std::string_view object_namespace, std::string_view name,
                                const std::optional<Place>& after, size_t limit,
                                base::SteadyTime now, const Passes& passes) {
  // A filter looks at every entry: KEDA's calls are not to wait for it.
  std::vector<Reference> all = References(object_namespace, now);
  std::erase_if(all, [&](const Reference& each) {
    const ScaledObjectRef& object = *each.object;
    return (!name.empty() && object.name() != name) ||
           (passes && !passes(object.namespace_(), object.name()));
  });
  Page page;
  page.total = all.size();
  auto next = all.begin();
  if (after) {
    next = std::upper_bound(
        all.begin(), all.end(), *after, [](const Place& place, const Reference& each) {
          return KeyView(place.object_namespace, place.name, place.number) < KeyOf(each);
        });
  }
  base::MutexLock lock(mutex_);
  for (; next != all.end() && page.decisions.size() < limit; ++next) {
    const auto found = map_.find(KeyOf(*next));
    // It may have gone meanwhile.
    if (found != map_.end()) page.decisions.push_back(found->second.decision);
  }
  page.more = next != all.end() && !page.decisions.empty();
  return page;
}

Decisions::Counts Decisions::Count(base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  Forget(now);
  return counts_;
}

}  // namespace gpuscaler::serving
