// What KEDA asked lately, for which triggers, and what it was answered.
//
// Bounded in number and bytes: of more the one asked for longest ago goes, and each goes
// 15 minutes after it was last asked for. It keeps what was asked and plain numbers, no
// view and no explanation: why a decision is what it is, is found out when somebody asks.
// Thread-safe; Record is on the way of every call and makes no text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "base/time.h"
#include "externalscaler.pb.h"

namespace gpuscaler::serving {

enum class Question : uint8_t { kGetMetrics, kIsActive, kStreamIsActive };
// As KEDA calls it.
std::string_view QuestionName(Question question);

struct Answer {
  Question question = Question::kGetMetrics;
  absl::Status status;          // of what was asked
  std::optional<double> value;  // of GetMetrics
  std::optional<bool> active;   // where it is known, whatever was asked
  bool held = false;
};

// The last values that GetMetrics answered, some time apart.
class ValueTrail {
 public:
  static constexpr size_t kMost = 60;
  static constexpr base::Duration kGap = std::chrono::seconds(5);

  struct Point {
    base::SteadyTime at;
    std::optional<double> value;  // empty: an error
  };
  // Left out where the one before is younger than kGap.
  void Add(base::SteadyTime now, std::optional<double> value);
  // The oldest first.
  std::vector<Point> Points() const;

 private:
  struct Kept {
    uint32_t tenths;  // of a second, of the steady clock: good for 13 years
    float value;      // NaN: an error
  };
  static_assert(sizeof(Kept) == 8);

  std::vector<Kept> ring_;
  size_t next_ = 0;  // once it is full
};

struct KnownDecision {
  std::shared_ptr<const externalscaler::ScaledObjectRef> object;  // its trigger's metadata
  uint64_t number = 0;  // tells the triggers of one ScaledObject apart
  Question last_question = Question::kGetMetrics;
  base::SteadyTime asked_at = {};
  // What GetMetrics was last answered, and when; empty: an error, or nothing yet.
  std::optional<double> value;
  absl::Status value_status;
  base::SteadyTime valued_at = {};
  // What IsActive, StreamIsActive or, where it was known, GetMetrics was.
  std::optional<bool> active;
  absl::Status active_status;
  base::SteadyTime active_at = {};
  bool held = false;

  const absl::Status& status() const { return value_status.ok() ? active_status : value_status; }
  uint32_t answers = 0;
  uint32_t errors = 0;
  ValueTrail trail;
};

class Decisions {
 public:
  static constexpr size_t kMost = 10'000;
  static constexpr size_t kMostBytes = size_t{32} << 20;
  static constexpr base::Duration kForgetAfter = std::chrono::minutes(15);
  // Of one ScaledObject: more is somebody who makes them up.
  static constexpr size_t kMostTriggers = 16;
  static constexpr size_t kLargest = 32 * 1024;  // bytes of a reference; larger: not kept

  // A reference without a name, with one that is none of Kubernetes', or one that is
  // too large is passed over: what it is answered is the caller's alone to know.
  void Record(const externalscaler::ScaledObjectRef& object, const Answer& answer,
              base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);

  // Where a page begins: behind this one.
  struct Place {
    std::string object_namespace;
    std::string name;
    uint64_t number = 0;
  };
  struct Page {
    std::vector<KnownDecision> decisions;  // ascending namespace, name, number
    size_t total = 0;                      // that the filter lets pass
    bool more = false;
  };
  // Whether a ScaledObject is one of those that are asked for.
  using Passes = std::function<bool(const std::string& its_namespace, const std::string& its_name)>;
  // `object_namespace`, `name`, `passes`: empty for any. `passes` runs under no lock.
  Page List(std::string_view object_namespace, std::string_view name,
            const std::optional<Place>& after, size_t limit, base::SteadyTime now,
            const Passes& passes = {}) ABSL_LOCKS_EXCLUDED(mutex_);

  struct Counts {
    size_t total = 0;
    size_t active = 0;
    size_t inactive = 0;
    size_t failed = 0;
    size_t held = 0;
  };
  Counts Count(base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::tuple<std::string, std::string, uint64_t>;
  using KeyView = std::tuple<std::string_view, std::string_view, uint64_t>;
  struct Before {
    using is_transparent = void;
    bool operator()(const KeyView& a, const KeyView& b) const { return a < b; }
  };
  struct Entry {
    KnownDecision decision;
    size_t bytes = 0;
    std::list<const Key*>::iterator turn;
  };
  using Map = std::map<Key, Entry, Before>;
  // Of an entry, with its names.
  struct Reference {
    std::shared_ptr<const externalscaler::ScaledObjectRef> object;
    uint64_t number = 0;
  };
  static KeyView KeyOf(const Reference& reference) {
    return {reference.object->namespace_(), reference.object->name(), reference.number};
  }

  // Ascending; of any namespace where it is empty.
  std::vector<Reference> References(std::string_view object_namespace, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Map::iterator Find(const externalscaler::ScaledObjectRef& object)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Map::iterator Insert(const externalscaler::ScaledObjectRef& object, base::SteadyTime now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(Map::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(base::SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tally(const KnownDecision& decision, bool comes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  base::Mutex mutex_;
  Map map_ ABSL_GUARDED_BY(mutex_);
  std::list<const Key*> turns_ ABSL_GUARDED_BY(mutex_);  // asked for longest ago first
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::serving
